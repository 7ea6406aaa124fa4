import Anthropic from "@anthropic-ai/sdk";
import { once } from "node:events";
import { setImmediate as nextTick } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TurnWatcher } from "../../src/messages-endpoint/endpoint-turn.ts";
import { FaultError, NO_RETRY } from "../../src/messages-endpoint/fault-error.ts";
import { answerWith, startEndpointServer, type EndpointServer } from "./endpoint-server.ts";
import { refusalOf } from "./refusal.ts";

let server: EndpointServer;
let client: Anthropic;

beforeEach(async () => {
  server = await startEndpointServer();
  client = new Anthropic({ baseURL: server.url, apiKey: "any", maxRetries: 0 });
});

afterEach(() => {
  server.close();
});

function ask(text: string, more: { conversation?: string; model?: string } = {}): Promise<Anthropic.Message> {
  const { conversation, model = "contractor/dev" } = more;
  const headers = conversation === undefined ? {} : { "x-contractor-conversation": conversation };
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: text }];
  return client.messages.create({ model, max_tokens: 100, messages }, { headers });
}

/** A turn that goes on until it is told to end. */
function openTurn(): { started: Promise<TurnWatcher>; end: () => void } {
  const started = Promise.withResolvers<TurnWatcher>();
  const ended = Promise.withResolvers<undefined>();
  server.takeTurnsWith(async (_, watcher) => {
    started.resolve(watcher);
    await ended.promise;
    return answerWith("at last");
  });
  return {
    started: started.promise,
    end: () => {
      ended.resolve(undefined);
    },
  };
}

describe("an answer", () => {
  it("comes whole", async () => {
    const {
      data,
      response,
      request_id: requestId,
    } = await client.messages
      .create({ model: "dev", max_tokens: 9, messages: [{ role: "user", content: "hi" }] })
      .withResponse();
    expect(data).toMatchObject({
      type: "message",
      role: "assistant",
      model: "dev",
      content: [{ type: "text", text: "hello" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 7, output_tokens: 2, cache_read_input_tokens: 3 },
    });
    expect(requestId).toMatch(/^req_/);
    expect(response.headers.get("x-openclaw-session-key")).toBe(server.turns[0]?.sessionKey);
  });

  it("comes in pieces, each when it is said", async () => {
    const saidMore = Promise.withResolvers<undefined>();
    server.takeTurnsWith(async (_, { onText }) => {
      onText("one ");
      await saidMore.promise;
      onText("two");
      return answerWith("one two");
    });
    const stream = client.messages.stream({
      model: "contractor/dev",
      max_tokens: 9,
      messages: [{ role: "user", content: "count" }],
    });
    const pieces: string[] = [];
    stream.on("text", (piece) => {
      pieces.push(piece);
      saidMore.resolve(undefined);
    });
    const message = await stream.finalMessage();
    expect(pieces).toEqual(["one ", "two"]);
    expect(message).toMatchObject({
      content: [{ type: "text", text: "one two" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 7, output_tokens: 2 },
    });
  });

  it("without a word is a message without content", async () => {
    server.takeTurnsWith(() => Promise.resolve(answerWith("")));
    expect(await ask("hi")).toMatchObject({ content: [], stop_reason: "end_turn" });
  });
});

describe("a conversation", () => {
  it("is the one that the client names, by header or by user", async () => {
    await ask("hi", { conversation: "desk" });
    await ask("hi again", { conversation: "desk" });
    await client.messages.create({
      model: "ops",
      max_tokens: 9,
      metadata: { user_id: "mia" },
      messages: [{ role: "user", content: "hi" }],
    });
    expect(server.turns.map(({ sessionKey }) => sessionKey)).toEqual([
      "agent:dev:messages:desk",
      "agent:dev:messages:desk",
      "agent:ops:messages:mia",
    ]);
  });

  it("is a new one where none is named", async () => {
    await ask("hi");
    await ask("hi");
    expect(new Set(server.turns.map(({ sessionKey }) => sessionKey)).size).toBe(2);
  });

  it("has one turn at a time", async () => {
    const turn = openTurn();
    const first = ask("work", { conversation: "desk" });
    await turn.started;
    const refusal = await refusalOf(ask("and this", { conversation: "Desk".toLowerCase() }));
    expect(refusal).toMatchObject({ status: 409, type: "conflict_error" });
    expect(refusal.headers?.get("retry-after")).toBe("5");
    turn.end();
    await first;
    expect(await ask("now", { conversation: "desk" })).toMatchObject({ stop_reason: "end_turn" });
  });
});

describe("a client that hangs up", () => {
  it("cancels the turn", async () => {
    const turn = openTurn();
    const stream = client.messages.stream({
      model: "dev",
      max_tokens: 9,
      messages: [{ role: "user", content: "work" }],
    });
    const aborted = stream.done().catch((error: unknown) => error);
    const { signal } = await turn.started;
    stream.abort();
    if (!signal.aborted) await once(signal, "abort");
    expect(await aborted).toBeInstanceOf(Anthropic.APIUserAbortError);
    turn.end();
  });
});

describe("a refusal", () => {
  it.each([
    { model: "gpt-9", status: 404, type: "not_found_error" },
    { model: "contractor/constructor", status: 404, type: "not_found_error" },
  ])("tells that $model is no contractor", async ({ model, status, type }) => {
    expect(await refusalOf(ask("hi", { model }))).toMatchObject({ status, type });
    expect(server.turns).toEqual([]);
  });

  it("tells what is wrong with the request", async () => {
    const tools: Anthropic.Tool[] = [{ name: "look", input_schema: { type: "object" } }];
    const asked = client.messages.create({
      model: "dev",
      max_tokens: 9,
      tools,
      messages: [{ role: "user", content: "hi" }],
    });
    const refusal = await refusalOf(asked);
    expect(refusal).toMatchObject({ status: 400, type: "invalid_request_error" });
    expect(refusal.message).toContain("tools: a contractor uses its own tools");
    expect(refusal.requestID).toMatch(/^req_/);
  });

  it("tells that the request is too long, or no request", async () => {
    server.settings.maxBodyMb = 1;
    expect(await refusalOf(ask("x".repeat(1024 * 1024)))).toMatchObject({
      status: 413,
      type: "request_too_large",
    });
    const answer = await fetch(`${server.url}/v1/messages`, { method: "POST", body: "{" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  });

  it("comes when as many turns are under way as may be", async () => {
    server.settings.maxConcurrentTurns = 1;
    const turn = openTurn();
    const first = ask("work");
    await turn.started;
    const refusal = await refusalOf(ask("this, too"));
    expect(refusal).toMatchObject({ status: 429, type: "rate_limit_error" });
    expect(refusal.headers?.get("retry-after")).toBe("5");
    turn.end();
    await first;
  });

  it.each([{ stream: false }, { stream: true }])(
    "of the turn has a status of its own (stream: $stream), and is not asked for again",
    async ({ stream }) => {
      const retrying = new Anthropic({ baseURL: server.url, apiKey: "any", maxRetries: 2 });
      server.takeTurnsWith(() => Promise.reject(new FaultError(529, "The model is overloaded.", NO_RETRY)));
      const asked = retrying.messages.create({
        model: "dev",
        max_tokens: 9,
        stream,
        messages: [{ role: "user", content: "hi" }],
      });
      expect(await refusalOf(asked)).toMatchObject({ status: 529, type: "overloaded_error" });
      expect(server.turns).toHaveLength(1);
    },
  );

  it("in the middle of an answer is an event", async () => {
    server.takeTurnsWith(async (_, { onText }) => {
      onText("so far");
      await nextTick();
      throw new FaultError(429, "The limit is reached.");
    });
    const stream = client.messages.stream({
      model: "dev",
      max_tokens: 9,
      messages: [{ role: "user", content: "hi" }],
    });
    expect(await refusalOf(stream.finalMessage())).toMatchObject({ type: "rate_limit_error" });
  });

  it("for an error of the plugin's own has no words of it", async () => {
    server.takeTurnsWith(() => Promise.reject(new Error("secret words")));
    const refusal = await refusalOf(ask("hi"));
    expect(refusal).toMatchObject({ status: 500, type: "api_error" });
    expect(refusal.message).not.toContain("secret");
  });
});

describe("what is asked besides", () => {
  it("contractors are models", async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual(["contractor/dev", "contractor/ops"]);
    expect(await client.models.retrieve("contractor/ops")).toMatchObject({ display_name: "ops" });
    expect(await refusalOf(client.models.retrieve("other"))).toMatchObject({ status: 404 });
  });

  it("tokens are estimated", async () => {
    const counted = await client.messages.countTokens({
      model: "dev",
      messages: [{ role: "user", content: "four words of text" }],
    });
    expect(counted.input_tokens).toBeGreaterThan(3);
    expect(server.turns).toEqual([]);
  });

  it("health is told", async () => {
    const answer = await fetch(`${server.url}/healthz`);
    expect(await answer.json()).toEqual({ status: "ok", contractors: 2, running_turns: 0 });
  });

  it.each([
    ["GET", "/v1/messages", 405],
    ["POST", "/v1/complete", 404],
  ])("%s %s is refused with %i", async (method, path, status) => {
    const answer = await fetch(`${server.url}${path}`, { method });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ type: "error" });
  });
});
