import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { PermissionRequest, QuestionRequest } from "../../src/acp/acp-adapter.ts";
import type { ToolCallFact, TurnEvent } from "../../src/bridge/turn.ts";
import type { Step } from "../fixtures/scripted-acp-agent/act-behaviour.ts";
import { createSeededRandom, type SeededRandom } from "../fixtures/seeded-random.ts";
import { createBridgeWorld } from "./bridge-world.ts";
import { hostile } from "./hostile-words.ts";
import { acting, streamedText, watched } from "./watched-turn.ts";

const TURNS = 40;

const IDS: [string, ...string[]] = [
  "call-1",
  "",
  "__proto__",
  "constructor",
  "i".repeat(10_000),
  "\u001b[31m\n\0",
  "\ud83d",
];
const STATUSES: [string, ...string[]] = ["pending", "in_progress", "completed", "failed", "no-such-status"];
const KINDS: [string, ...string[]] = ["read", "execute", "other", "\u001b[31mno\nkind", "k".repeat(10_000)];

function hostileTool(random: SeededRandom): Record<string, unknown> {
  return {
    toolCallId: random.pick(IDS),
    title: random.pick(["", "t".repeat(10_000), `\`${hostile(random)}\``, hostile(random)]),
    kind: random.pick(KINDS),
    status: random.pick(STATUSES),
    rawInput: random.pick<unknown>([
      {},
      { ["__proto__"]: { command: hostile(random) } },
      hostile(random),
      null,
      1,
    ]),
    rawOutput: random.pick<unknown>([
      undefined,
      hostile(random),
      { a: hostile(random) },
      [null, 1, hostile(random)],
    ]),
    content: random.pick<unknown>([
      undefined,
      [],
      [{ type: "content", content: { type: "text", text: hostile(random) } }],
    ]),
    _meta: { claudeCode: random.pick<unknown>([{ toolName: hostile(random) }, { toolName: "" }, null, []]) },
  };
}

function hostileQuestion(random: SeededRandom): Record<string, unknown> {
  const field = { type: random.pick(["string", "array", "no-such-type"]), title: hostile(random) };
  const properties = JSON.parse(`{"__proto__": {"type": "string"}, "": {}, "constructor": null}`) as object;
  return {
    mode: random.pick(["form", "url", "no-such-mode"]),
    message: hostile(random),
    requestedSchema: random.pick<unknown>([
      { type: "object", properties: { ...properties, [hostile(random)]: field } },
      { type: "object", properties: null },
      "x".repeat(10_000),
      [],
    ]),
  };
}

const STEPS: [(random: SeededRandom) => Step, ...((random: SeededRandom) => Step)[]] = [
  (random) => ({ update: { sessionUpdate: "tool_call", ...hostileTool(random) } }),
  (random) => ({ update: { sessionUpdate: "tool_call_update", ...hostileTool(random) } }),
  (random) => ({
    update: {
      sessionUpdate: "plan",
      entries: Array.from({ length: random.pick([0, 3, 3_000]) }, () => ({
        content: hostile(random, 3),
        priority: "high",
        status: random.pick(["pending", "completed", "no-such-status"]),
      })),
    },
  }),
  (random) => ({
    update: {
      sessionUpdate: random.pick(["agent_message_chunk", "agent_thought_chunk"]),
      messageId: random.pick<unknown>([undefined, null, "__proto__", 1]),
      content: random.pick<unknown>([
        { type: "text", text: hostile(random) },
        { type: "image", data: "!", mimeType: hostile(random) },
        { type: "no-such-type" },
        null,
      ]),
    },
  }),
  (random) => ({
    update: {
      sessionUpdate: "usage_update",
      used: random.pick<unknown>([-1, 1e300, "many", 0]),
      size: random.pick<unknown>([-1, 0, null]),
      cost: random.pick<unknown>([null, { amount: -1, currency: "USD" }, { amount: 1, currency: "\n" }]),
    },
  }),
  (random) => ({ update: { sessionUpdate: hostile(random) } }),
  (random) => ({
    permission: {
      toolCall: hostileTool(random),
      options: random.pick<unknown>([
        [],
        null,
        [{ optionId: hostile(random), name: hostile(random), kind: "allow_once" }],
      ]),
    },
  }),
  (random) => ({ question: hostileQuestion(random) }),
];

function expectCleanLine(line: string, length: number): void {
  expect(line.length).toBeGreaterThan(0);
  expect(line.length).toBeLessThanOrEqual(length);
  expect(line).not.toMatch(/\p{Cc}|\p{Cs}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
}

function expectCleanCall({ title, toolName, kind, output = "" }: ToolCallFact): void {
  expectCleanLine(title, 300);
  expectCleanLine(toolName, 100);
  expectCleanLine(kind, 100);
  expect(output).not.toMatch(/(?![\t\n])\p{Cc}|\p{Cs}/u);
  expect(output.length).toBeLessThan(21_000);
}

function expectClean(event: TurnEvent): void {
  if ("call" in event) expectCleanCall(event.call);
  if (event.type !== "plan") return;
  expect(event.entries.length).toBeLessThanOrEqual(100);
  for (const { content } of event.entries) {
    expect(content.length).toBeLessThanOrEqual(500);
    expect(content).not.toMatch(/\p{Cc}|\p{Cs}/u);
  }
}

describe("a hostile agent", () => {
  it("cannot end a turn badly, and what is shown of its tools and plans is clean and short", async () => {
    const world = await createBridgeWorld();
    const random = createSeededRandom(6);
    // The SDK prints that it has dropped what is no update.
    const printed = vi.spyOn(console, "error").mockReturnValue(undefined);
    onTestFinished(() => {
      printed.mockRestore();
    });
    const asked: (PermissionRequest | QuestionRequest)[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const steps = Array.from({ length: 1 + random.below(12) }, () => random.pick(STEPS)(random));
      const { outcome, events } = await watched(world, acting(...steps), {
        observer: {
          onPermissionRequest(request) {
            asked.push(request);
            return Promise.resolve(random.pick(["allow-once", "allow-always", "deny"]));
          },
          onQuestion(request) {
            asked.push(request);
            return Promise.resolve({ action: "decline" });
          },
        },
      });
      events.forEach(expectClean);
      outcome.toolCalls.forEach(expectCleanCall);
      expect(outcome.toolCalls.filter(({ status }) => status === "running")).toEqual([]);
      expect(streamedText(events).trimEnd()).toBe(outcome.text);
    }
    expect(asked.length).toBeGreaterThan(10);
    expect(Object.hasOwn(Object.prototype, "command")).toBe(false);
    expect(await world.says("say still here")).toBe("still here");
  }, 60_000);

  it("tells each call once from its start to its end, whatever its id is", async () => {
    const world = await createBridgeWorld();
    const call = (toolCallId: string, status: string): Step => ({
      update: { sessionUpdate: "tool_call", toolCallId, title: "ls", kind: "execute", status },
    });
    const steps = IDS.flatMap((id) => [
      call(id, "in_progress"),
      call(id, "completed"),
      call(id, "completed"),
    ]);
    const { outcome, events } = await watched(world, acting(...steps));
    const told = (type: TurnEvent["type"]): number => events.filter((event) => event.type === type).length;
    expect([told("tool-start"), told("tool-end"), outcome.toolCalls.length]).toEqual([
      IDS.length,
      IDS.length,
      IDS.length,
    ]);
  });
});
