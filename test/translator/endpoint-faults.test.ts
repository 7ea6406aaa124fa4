import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  beginChunks,
  eventsOf,
  startChatServer,
  UPSTREAM_KEY,
  user,
  writeChunk,
  writeJson,
  type ChatServer,
} from "./chat-server.ts";

type ApiError = { type: string; error: { type: string; message: string } };

let server: ChatServer;

beforeEach(async () => {
  server = await startChatServer();
});

afterEach(() => server.close());

const BODIES = [{}, { stream: true }];

async function fault(
  extra: Record<string, unknown> = {},
): Promise<{ response: Response; error: ApiError["error"] }> {
  const response = await server.ask({ messages: [user("hi")], ...extra });
  const body = (await response.json()) as ApiError;
  expect(body.type).toBe("error");
  return { response, error: body.error };
}

describe("an error of the endpoint's", () => {
  it.each([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [403, "permission_error"],
    [404, "not_found_error"],
    [413, "request_too_large"],
    [429, "rate_limit_error"],
    [500, "api_error"],
    [503, "api_error"],
    [529, "overloaded_error"],
  ])("with status %i is an error of Anthropic's kind %s, streamed or not", async (status, type) => {
    server.answerWith((response) => {
      writeJson(response, status, { error: { message: "The reason.", type: "x", code: null } });
    });
    for (const body of BODIES) {
      const { response, error } = await fault(body);
      expect(response.status).toBe(status);
      expect(error).toEqual({ type, message: "The reason." });
    }
  });

  it("keeps the headers that say when to come back", async () => {
    server.answerWith((response) => {
      const headers = { "retry-after": "7", "x-ratelimit-remaining-requests": "0", "set-cookie": "a=b" };
      writeJson(response, 429, { error: { message: "Slow down." } }, headers);
    });
    const { response } = await fault();
    expect(response.headers.get("retry-after")).toBe("7");
    expect(response.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  it.each([
    ["at the top, as older vLLM", { object: "error", message: "Told.", code: 400 }],
    ["as a string, as Ollama", { error: "Told." }],
    ["as a detail, as FastAPI", { detail: "Told." }],
  ])("has its words wherever a server puts them: %s", async (_, body) => {
    server.answerWith((response) => {
      writeJson(response, 400, body);
    });
    expect((await fault()).error.message).toBe("Told.");
  });

  it("passes a page of a proxy's on as nothing but its status", async () => {
    server.answerWith((response) => {
      response.writeHead(503, { "content-type": "text/html" }).end("<html>secret page</html>");
    });
    expect((await fault()).error.message).toBe("The endpoint answered with status 503.");
  });

  it("never shows the key, and no more than a sentence or two", async () => {
    server.answerWith((response) => {
      writeJson(response, 401, { error: { message: `Bad key ${UPSTREAM_KEY}: ${"x".repeat(5_000)}` } });
    });
    const { error } = await fault();
    expect(error.message).toContain("Bad key [key]: xxx");
    expect(error.message).not.toContain(UPSTREAM_KEY);
    expect(error.message.length).toBeLessThanOrEqual(501);
  });
});

describe("a conversation that does not fit", () => {
  it.each([
    [
      "OpenAI",
      {
        message:
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        code: "context_length_exceeded",
      },
      "prompt is too long: 9000 tokens > 8192 maximum",
    ],
    [
      "llama-server",
      {
        code: 400,
        message: "the request exceeds the available context size. try increasing the context size",
        type: "exceed_context_size_error",
        n_prompt_tokens: 14_429,
        n_ctx: 8_192,
      },
      "prompt is too long: 14429 tokens > 8192 maximum",
    ],
    [
      "vLLM, whose prompt is too long",
      {
        message:
          "This model's maximum context length is 8192 tokens. However, you requested 9512 tokens (9000 in the messages, 512 in the completion).",
      },
      "prompt is too long: 9000 tokens > 8192 maximum",
    ],
    [
      "vLLM, where less room for the answer would do",
      {
        message:
          "This model's maximum context length is 8192 tokens. However, you requested 8203 tokens (7691 in the messages, 512 in the completion).",
      },
      "input length and `max_tokens` exceed context limit: 7691 + 512 > 8192",
    ],
    [
      "anybody else",
      { message: "Input exceeds the context window of this model." },
      "prompt is too long: Input exceeds the context window of this model.",
    ],
  ])("is told in Anthropic's words: %s", async (_, error, expected) => {
    server.answerWith((response) => {
      writeJson(response, 400, { error });
    });
    const told = await fault();
    expect(told.response.status).toBe(400);
    expect(told.error).toEqual({ type: "invalid_request_error", message: expected });
  });
});

describe("an answer that breaks off", () => {
  it("is an error event, with what the endpoint says", async () => {
    server.answerWith((response) => {
      beginChunks(response)({ content: "so far" });
      writeChunk(response, { error: { message: "Too many people.", code: 429 } });
      response.end();
    });
    const events = await eventsOf(await server.ask({ stream: true, messages: [user("hi")] }));
    expect(events.map(({ type }) => type)).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "error",
    ]);
    expect(events.at(-1)).toEqual({
      type: "error",
      error: { type: "rate_limit_error", message: "Too many people." },
    });
  });

  it.each([
    [
      "the connection is cut",
      (end: { destroy: () => void }) => {
        end.destroy();
      },
    ],
    [
      "it ends without a reason",
      (end: { end: () => void }) => {
        end.end();
      },
    ],
    [
      "it holds what is no chunk",
      (end: { end: (words: string) => void }) => {
        end.end('data: {"secret words": \n\n');
      },
    ],
  ])("is an error event when %s, and none of its words are in it", async (_, finish) => {
    server.answerWith(async (response) => {
      beginChunks(response)({ content: "so far" });
      await new Promise((resolve) => setTimeout(resolve, 20));
      finish(response);
    });
    const events = await eventsOf(await server.ask({ stream: true, messages: [user("hi")] }));
    expect(events.at(-1)).toMatchObject({ type: "error", error: { type: "api_error" } });
    expect(JSON.stringify(events.at(-1))).not.toMatch(/secret|so far/);
  });

  it("is a bad gateway where it should have come in one piece", async () => {
    server.answerWith((response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"secret":');
    });
    const { response, error } = await fault();
    expect(response.status).toBe(502);
    expect(error.message).not.toContain("secret");
  });
});

describe("an endpoint that is not there", () => {
  it("is a bad gateway that names the system's reason", async () => {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    listener.close();
    await once(listener, "close");
    const { baseUrl, token } = await server.translator.serve({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: undefined,
    });
    const ask = (path: string, init: RequestInit): Promise<Response> =>
      fetch(`${baseUrl}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
    const body = JSON.stringify({ model: "m", max_tokens: 1, stream: true, messages: [user("hi")] });
    for (const response of [
      await ask("/v1/messages", { method: "POST", body }),
      await ask("/v1/models", {}),
    ]) {
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual({
        type: "error",
        error: { type: "api_error", message: "The endpoint can not be reached (ECONNREFUSED)." },
      });
    }
  });
});

describe("a request of Claude Code's that is wrong", () => {
  it("is refused with the name of the field, and the upstream is asked nothing", async () => {
    const { response, error } = await fault({ messages: [{ role: "narrator", content: "secret" }] });
    expect(response.status).toBe(400);
    expect(error.message).toBe("messages.0.role: is missing or wrong.");
    expect(server.requests).toEqual([]);
  });

  it("is refused when it is too long, and read to its end so that the answer is seen", async () => {
    const { baseUrl, token } = server.served;
    const headers = { authorization: `Bearer ${token}` };
    const posting = request(`${baseUrl}/v1/messages`, { method: "POST", headers });
    const answered = once(posting, "response") as Promise<[IncomingMessage]>;
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    for (let sent = 0; sent < 65; sent += 1) if (!posting.write(megabyte)) await once(posting, "drain");
    posting.end();
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    expect(await json(response)).toMatchObject({ error: { type: "request_too_large" } });
    expect(server.requests).toEqual([]);
  });
});
