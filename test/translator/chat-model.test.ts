import { afterEach, describe, expect, it, vi } from "vitest";
import { chatModel } from "../../src/translator/chat-model.ts";
import { patientFetch } from "../../src/translator/patient-fetch.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

type Sent = RequestInit & { dispatcher?: { dispatch(options: object, handler: unknown): boolean } };

/** Stands in for the way out; resolves to what was sent by it. */
function catchFetch(): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", (_: unknown, init: Sent) => {
    sent.push(init);
    const choices = [{ message: { role: "assistant", content: "hi" }, finish_reason: "stop" }];
    return Promise.resolve(Response.json({ choices }));
  });
  return sent;
}

async function bodyFor(baseUrl: string): Promise<unknown> {
  const [sent] = await askOnce(baseUrl);
  return typeof sent?.body === "string" ? JSON.parse(sent.body) : undefined;
}

async function askOnce(baseUrl: string): Promise<Sent[]> {
  const sent = catchFetch();
  const model = chatModel({ baseUrl, apiKey: "k" }, "m", () => undefined);
  await model.doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    maxOutputTokens: 9,
  });
  return sent;
}

describe("the model of an upstream", () => {
  it("is told its limit as each server knows it", async () => {
    expect(await bodyFor("https://api.openai.com/v1")).toMatchObject({ max_completion_tokens: 9 });
    expect(await bodyFor("https://api.openai.com/v1")).not.toHaveProperty("max_tokens");
    expect(await bodyFor("https://openrouter.ai/api/v1")).toMatchObject({ max_tokens: 9 });
  });

  it("is waited for as long as it takes, by the way that the host has chosen", async () => {
    const used: object[] = [];
    vi.stubGlobal(Symbol.for("undici.globalDispatcher.1") as unknown as string, {
      dispatch: (options: object) => used.push(options) > 0,
    });
    const [sent] = await askOnce("http://127.0.0.1:1/v1");
    expect(sent?.dispatcher?.dispatch({ path: "/v1" }, null)).toBe(true);
    expect(used).toEqual([{ path: "/v1", headersTimeout: 0, bodyTimeout: 0 }]);
  });
});

it("the patient fetch is Node's own where nothing is known of its insides", async () => {
  const sent = catchFetch();
  vi.stubGlobal(Symbol.for("undici.globalDispatcher.1") as unknown as string, undefined);
  await patientFetch("http://127.0.0.1:1");
  expect(sent).toEqual([undefined]);
});
