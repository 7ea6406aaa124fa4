import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import { createTurnMeter } from "../../src/bridge/turn-meter.ts";

const size = (used: number): SessionUpdate => ({ sessionUpdate: "usage_update", used, size: 200_000 });
const result = (used: number): SessionUpdate => ({
  ...{ sessionUpdate: "usage_update", used, size: 200_000 },
  cost: { amount: 0.1, currency: "USD" },
});
const says: SessionUpdate = {
  sessionUpdate: "agent_message_chunk",
  content: { type: "text", text: "Hello." },
};
const toolBegins: SessionUpdate = { sessionUpdate: "tool_call", toolCallId: "1", title: "Read" };
const toolEnds: SessionUpdate = {
  sessionUpdate: "tool_call_update",
  toolCallId: "1",
  status: "completed",
};
const subagentsToolEnds: SessionUpdate = {
  ...toolEnds,
  _meta: { claudeCode: { parentToolUseId: "task-1" } },
};

function tokensAfter(...updates: SessionUpdate[]): number {
  const meter = createTurnMeter();
  for (const update of updates) meter.apply(update);
  return meter.tokens;
}

describe("the tokens of a running turn", () => {
  it.each<[string, SessionUpdate[], number]>([
    ["nothing before the agent has told a size", [says], 0],
    ["the request that is being answered", [size(1000)], 1000],
    ["a request with its answer, once", [size(1000), says, size(1020), result(1020)], 1020],
    [
      "each request of the turn",
      [size(1000), toolBegins, size(1020), toolEnds, size(1500), says, size(1510), result(1510)],
      2530,
    ],
    [
      "each request, also where a tool ends before the answer that called it",
      [size(1000), toolBegins, toolEnds, size(1020), size(1500), size(1510)],
      2530,
    ],
    ["a request after a compaction", [size(1000), size(1020), size(300), size(310)], 1330],
    [
      "one request, however often it is told of while no tool has ended",
      [size(1000), size(1010), size(1020), size(1020)],
      1020,
    ],
    [
      "one request, whatever a subagent does meanwhile",
      [size(1000), size(1010), subagentsToolEnds, size(1020)],
      1020,
    ],
    ["the only request that is told of, when it is told with the result", [says, result(1000)], 1000],
    ["no empty frame", [size(1000), size(0)], 1000],
  ])("are those of %s", (_, updates, tokens) => {
    expect(tokensAfter(...updates)).toBe(tokens);
  });
});

describe("a turn", () => {
  it("goes on with what Claude says and does, and with another request", () => {
    const meter = createTurnMeter();
    expect(meter.apply(size(1000))).toBe(false);
    expect(meter.apply(says)).toBe(true);
    expect(meter.apply(toolBegins)).toBe(true);
    expect(meter.apply(size(1020))).toBe(false);
    expect(meter.apply(toolEnds)).toBe(true);
    expect(meter.apply(size(1500))).toBe(true);
    expect(meter.apply(size(1510))).toBe(false);
    expect(meter.apply(result(1510))).toBe(false);
    expect(meter.apply({ sessionUpdate: "available_commands_update", availableCommands: [] })).toBe(false);
  });
});
