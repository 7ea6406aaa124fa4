import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import { sessionUsageAfter, usageOfTurn } from "../../src/bridge/turn-usage.ts";
import { emptyTurnRecord } from "../../src/bridge/turn.ts";

type UsageUpdate = Extract<SessionUpdate, { sessionUpdate: "usage_update" }>;

const USAGE = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };

function costing(amount: number, currency = "USD"): UsageUpdate {
  return { sessionUpdate: "usage_update", used: 1, size: 2, cost: { amount, currency } };
}

describe("what a session has cost", () => {
  it.each<[string, UsageUpdate, number | undefined, { sessionCostUsd?: number; costUsd?: number }]>([
    ["a new session", costing(0.25), 0, { sessionCostUsd: 0.25, costUsd: 0.25 }],
    ["one that goes on", costing(0.3), 0.1, { sessionCostUsd: 0.3, costUsd: 0.2 }],
    ["one that was free", costing(0), 0, { sessionCostUsd: 0, costUsd: 0 }],
    ["nobody knows from where", costing(0.3), undefined, { sessionCostUsd: 0.3 }],
    ["counted from nothing again", costing(0.1), 5, { sessionCostUsd: 0.1, costUsd: 0.1 }],
    ["in another currency", costing(3, "EUR"), 0, {}],
  ])("is taken as it was told: %s", (_, update, costBefore, expected) => {
    const { sessionCostUsd, costUsd } = sessionUsageAfter(emptyTurnRecord(), { update, costBefore });
    expect({ sessionCostUsd, costUsd }).toEqual({
      sessionCostUsd: undefined,
      costUsd: undefined,
      ...expected,
    });
  });

  it("is not forgotten when a failed request reports nothing", () => {
    const known = sessionUsageAfter(emptyTurnRecord(), { update: costing(0.5), costBefore: 0.1 });
    expect(sessionUsageAfter(known, { update: costing(0), costBefore: 0.1 })).toEqual(known);
  });
});

describe("the usage of a turn", () => {
  const record = { ...emptyTurnRecord(), text: "12345678", reasoning: "1234" };

  it("is the agent's own where it reports one", () => {
    expect(usageOfTurn({ usage: USAGE }, { record, prompt: "1234" })).toEqual({
      usage: USAGE,
      usageEstimated: false,
    });
    expect(usageOfTurn({}, { record: { ...record, usage: USAGE }, prompt: "1234" }).usage).toBe(USAGE);
  });

  it("is counted from prompt and answer, and marked so, where it reports none", () => {
    expect(usageOfTurn({}, { record, prompt: "12345" })).toEqual({
      usage: { inputTokens: 2, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 },
      usageEstimated: true,
    });
  });

  it("is unknown when there was no prompt", () => {
    expect(usageOfTurn({}, { record, prompt: undefined })).toEqual({
      usage: undefined,
      usageEstimated: false,
    });
  });
});
