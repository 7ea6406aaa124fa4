import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startChatServer, UPSTREAM_KEY, user, writeJson, type ChatServer } from "./chat-server.ts";

let server: ChatServer;

beforeEach(async () => {
  server = await startChatServer();
});

afterEach(() => server.close());

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const { baseUrl, token } = server.served;
  return fetch(`${baseUrl}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

describe("the translator", () => {
  it("serves the same upstream once, with /v1 or without, and every upstream on one listener", async () => {
    const { translator, url, served } = server;
    expect(await translator.serve({ baseUrl: `${url}/v1`, apiKey: UPSTREAM_KEY })).toEqual(served);
    expect(await translator.serve({ baseUrl: `${url}/`, apiKey: UPSTREAM_KEY })).toEqual(served);
    const other = await translator.serve({ baseUrl: url, apiKey: "another key" });
    expect(other.token).not.toBe(served.token);
    expect(other.baseUrl).toBe(served.baseUrl);
  });

  it("asks each upstream with its own key, or with none", async () => {
    const { translator, url } = server;
    const open = await translator.serve({ baseUrl: url, apiKey: undefined });
    const body = JSON.stringify({ model: "m", max_tokens: 1, messages: [user("hi")] });
    const headers = { authorization: `Bearer ${open.token}` };
    await fetch(`${open.baseUrl}/v1/messages`, { method: "POST", body, headers });
    await server.ask({ messages: [user("hi")] });
    expect(server.requests.map((request) => request.headers.authorization)).toEqual([
      undefined,
      `Bearer ${UPSTREAM_KEY}`,
    ]);
  });

  it("lets nobody in without its token, or from a page in a browser", async () => {
    expect((await get("/v1/models", { authorization: "Bearer wrong" })).status).toBe(401);
    expect((await get("/v1/models", { authorization: `Bearer ${UPSTREAM_KEY}` })).status).toBe(401);
    expect((await get("/v1/models", { origin: "https://example.com" })).status).toBe(403);
    expect((await get("/v1/elsewhere")).status).toBe(404);
    expect((await get("/v1/messages")).status).toBe(405);
    expect(server.requests).toEqual([]);
  });

  it("ends with everything it serves, and serves anew", async () => {
    await server.translator.close();
    await expect(get("/v1/models")).rejects.toThrow();
    const again = await server.translator.serve({ baseUrl: server.url, apiKey: UPSTREAM_KEY });
    expect(again.token).not.toBe(server.served.token);
  });
});

describe("what is not a conversation", () => {
  it("is the list of models, in Anthropic's form", async () => {
    server.answerWith((response) => {
      writeJson(response, 200, {
        object: "list",
        data: [{ id: "qwen", created: 1_700_000_000 }, { id: "gemma" }],
      });
    });
    const response = await get("/v1/models?limit=1000");
    expect(await response.json()).toEqual({
      data: [
        { type: "model", id: "qwen", display_name: "qwen", created_at: "2023-11-14T22:13:20.000Z" },
        { type: "model", id: "gemma", display_name: "gemma", created_at: "1970-01-01T00:00:00.000Z" },
      ],
      has_more: false,
      first_id: "qwen",
      last_id: "gemma",
    });
    expect(server.requests[0]).toMatchObject({
      path: "/v1/models",
      headers: { authorization: `Bearer ${UPSTREAM_KEY}` },
    });
  });

  it("is an estimate of tokens, which asks the upstream nothing and takes images for what they cost", async () => {
    const image = {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "A".repeat(400_000) },
    };
    const count = async (content: unknown): Promise<number> => {
      const response = await server.ask({ messages: [user(content)] }, "/v1/messages/count_tokens?beta=true");
      const { input_tokens: tokens } = (await response.json()) as { input_tokens: number };
      return tokens;
    };
    expect(await count("x".repeat(40_000))).toBeGreaterThan(9_900);
    expect(await count("x".repeat(40_000))).toBeLessThan(10_100);
    expect(await count([image])).toBeLessThan(2_000);
    expect(server.requests).toEqual([]);
  });
});
