import { expect } from "vitest";
import { SYSTEM_PROMPT_APPEND } from "../acp-adapter-contract/contract-world.ts";
import { prompt, type EndpointCase } from "./endpoint-case.ts";

const PNG = {
  data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
};
/** The model's pauses alone take longer. */
const TALKS_FOR_MS = 400;

export const SPEECH_CASES: EndpointCase[] = [
  prompt("plain text", "say good morning", { said: "good morning" }),
  {
    title: "the usage of a turn",
    play: (talk) => talk.say("spend 11 22 33 44"),
    expected: (adapter) => ({
      said: "Spent 11 22 33 44.",
      usage:
        adapter === "claude-agent-acp"
          ? { inputTokens: 11, outputTokens: 22, cacheReadTokens: 33, cacheWriteTokens: 44 }
          : undefined,
    }),
  },
  prompt("a long text", "recite 200", {
    said: expect.stringMatching(/^Line 1 [\s\S]*\nLine 200 of a long poem/),
  }),
  prompt("other alphabets and emoji", "say Grüße, 你好, नमस्ते, 👩‍🚀🏳️‍🌈 – done", {
    said: "Grüße, 你好, नमस्ते, 👩‍🚀🏳️‍🌈 – done",
  }),
  prompt("a block of code", "show code ferry", { said: 'Here:\n\n```ts\nconst word = "ferry";\n```' }),
  {
    title: "an answer that comes in pieces, long before its end",
    async play(talk) {
      const turn = await talk.start("count to 30");
      await expect.poll(() => turn.pieces().length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
      const first = performance.now();
      const observed = await talk.observe(turn);
      const talked = performance.now() - first;
      return { ...observed, streamed: turn.pieces().length > 5 && talked > TALKS_FOR_MS };
    },
    expected: () => ({ said: expect.stringMatching(/^1 2 3 .* 29 30$/) as string, streamed: true }),
  },
  prompt("what was said before", "what did I ask you to remember?", {
    said: "You asked me to remember the lighthouse.",
  }),
  prompt("thinking", "think clouds", { said: "Thought about clouds.", thought: "clouds" }),
  {
    title: "an answer without a word",
    play: (talk) => talk.say("stay silent"),
    // Newer Claude Codes ask the model to say something.
    expected: (adapter) => ({
      end: "end_turn",
      said: adapter === "claude-agent-acp" ? (expect.stringContaining("no visible output") as string) : "",
    }),
  },
  prompt("an answer that was cut at its limit", "stop short Once upon", {
    said: expect.stringMatching(/^Once upon.*limit/s),
  }),
  prompt("the role that the system prompt gives", "quote instruction blue door", {
    said: SYSTEM_PROMPT_APPEND.split("\n")[0],
  }),
  prompt("the model's name", "name the model", { said: expect.stringMatching(/^claude-/) }),
  prompt("the tools that the model is given", "name the tools", {
    said: expect.stringMatching(/\bBash\b.*\bEdit\b.*\bRead\b.*\bWrite\b/),
  }),
  {
    title: "an image of the person's",
    play: (talk) => talk.say("describe images", { images: [{ ...PNG, mimeType: "image/png" }] }),
    expected: () => ({ said: "I see image/png.", end: "end_turn" }),
  },
  prompt("a slash command of the workspace", "/greet Ada", { said: "hello Ada" }),
];
