import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { setTimeout as delay } from "node:timers/promises";
import { createModelClock } from "../../../scripts/bench/gateway/model-clock.ts";
import {
  startScriptedMessagesApi,
  type ScriptedMessagesApi,
} from "../../fixtures/scripted-messages-api/scripted-messages-api.ts";

let model: ScriptedMessagesApi;

beforeEach(async () => {
  model = await startScriptedMessagesApi();
});

afterEach(() => model.close());

/** Says a message to the model, as Claude Code would; resolves to the model's words. */
async function say(text: string): Promise<string> {
  const messages = [{ role: "user", content: text }];
  const response = await fetch(`${model.url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify({ model: "claude-sonnet", max_tokens: 100, messages, tools: [{ name: "Read" }] }),
  });
  const { content } = (await response.json()) as { content: { text: string }[] };
  return content.map((block) => block.text).join("");
}

describe("createModelClock", () => {
  it("tells the time before the model's request and after its reply apart", async () => {
    const clock = createModelClock();
    clock.serve(model);
    const turn = await clock.time(async (text) => {
      await delay(60);
      const answer = await say(`A backend may put something around it.\n${text}`);
      await delay(120);
      return answer;
    });
    expect(turn.untilModelMs).toBeGreaterThan(55);
    expect(turn.afterModelMs).toBeGreaterThan(115);
    expect(turn.totalMs).toBeGreaterThanOrEqual(turn.untilModelMs + turn.afterModelMs);
    expect(turn.endedAt - turn.startedAt).toBe(turn.totalMs);
  });

  it("counts what lies between two requests to neither", async () => {
    const clock = createModelClock();
    clock.serve(model);
    const turn = await clock.time(async (text) => {
      await say(text);
      await delay(100);
      return say(text);
    });
    expect(turn.totalMs - turn.untilModelMs - turn.afterModelMs).toBeGreaterThan(95);
  });

  it("gives each turn a word of its own, and refuses the answer of another one", async () => {
    const clock = createModelClock();
    clock.serve(model);
    const told: string[] = [];
    const answers: string[] = [];
    const ask = async (text: string): Promise<string> => {
      told.push(text);
      answers.push(await say(text));
      return answers[0] ?? "";
    };
    await clock.time(ask);
    await expect(clock.time(ask)).rejects.toThrow(`answered: ${answers[0]}`);
    expect(new Set(told).size).toBe(2);
  });

  it("refuses an answer that the model was never asked for", async () => {
    const clock = createModelClock();
    clock.serve(model);
    await expect(clock.time((text) => Promise.resolve(text.replace("say ", "")))).rejects.toThrow(
      "asked for",
    );
  });

  it("keeps no request", async () => {
    const clock = createModelClock();
    clock.serve(model);
    await clock.time(say);
    expect(model.requests).toEqual([]);
  });
});
