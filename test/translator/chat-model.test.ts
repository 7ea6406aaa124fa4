import { afterEach, describe, expect, it, vi } from "vitest";
import { chatModel } from "../../src/translator/chat-model.ts";
import { startChatServer, user } from "./chat-server.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Stands in for the way out, and keeps the bodies that were sent by it. */
function catchFetch(): unknown[] {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", (_: unknown, { body }: { body: string }) => {
    sent.push(JSON.parse(body));
    const choices = [{ message: { role: "assistant", content: "hi" }, finish_reason: "stop" }];
    return Promise.resolve(Response.json({ choices }));
  });
  return sent;
}

async function bodyFor(baseUrl: string): Promise<unknown> {
  const sent = catchFetch();
  const model = chatModel({ baseUrl, apiKey: "k" }, "m", () => undefined);
  const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "hi" }] }];
  await model.doGenerate({ prompt, maxOutputTokens: 9 });
  return sent[0];
}

describe("the model of an upstream", () => {
  it("is told its limit as each server knows it", async () => {
    expect(await bodyFor("https://openrouter.ai/api/v1")).toMatchObject({ max_tokens: 9 });
    const sent = await bodyFor("https://api.openai.com/v1");
    expect(sent).toMatchObject({ max_completion_tokens: 9 });
    expect(sent).not.toHaveProperty("max_tokens");
  });

  it("is reached by plain http without Node's fetch, whose patience has an end", async () => {
    const server = await startChatServer();
    const ask = fetch;
    try {
      const { baseUrl, token } = server.served;
      vi.stubGlobal("fetch", () => Promise.reject(new Error("Not by this way.")));
      const response = await ask(`${baseUrl}/v1/messages`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ model: "m", max_tokens: 1, messages: [user("hi")] }),
      });
      expect(await response.json()).toMatchObject({ content: [{ type: "text", text: "hello" }] });
    } finally {
      await server.close();
    }
  });
});
