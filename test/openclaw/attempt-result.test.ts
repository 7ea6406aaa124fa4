import { describe, expect, it } from "vitest";
import { emptyTurnRecord, type SettledTurn, type TurnRecord } from "../../src/bridge/turn.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { assistantMessageOf, attemptResultOf } from "../../src/openclaw/attempt-result.ts";
import { reportOutputTokens } from "../../src/openclaw/attempt-usage.ts";
import type { AttemptParams, AttemptResult } from "../../src/openclaw/harness-types.ts";
import { NO_EVIDENCE } from "../../src/openclaw/openclaw-tool-evidence.ts";
import { recordedAttempt, toolCall } from "./recorded-attempt.ts";

const USAGE = { inputTokens: 10, outputTokens: 20, cacheReadTokens: 3, cacheWriteTokens: 4 };
const { params } = recordedAttempt();

const completed = (record: Partial<TurnRecord> = {}): SettledTurn => ({
  ...emptyTurnRecord(),
  text: "Done.",
  ...record,
  kind: "completed",
  claudeSessionId: "claude-1",
  warm: true,
});

function resultOf(outcome: SettledTurn, compactionCount = 0): AttemptResult {
  return attemptResultOf(params, {
    outcome,
    assistant: outcome.text === "" ? undefined : assistantMessageOf(params, { outcome, now: 7 }),
    receipt: { owned: true, idempotencyKey: "key" },
    tools: { lastToolError: undefined, sideEffects: false },
    evidence: NO_EVIDENCE,
    compactionCount,
  });
}

describe("what the host takes back", () => {
  it("names the model that was asked for", () => {
    expect(resultOf(completed()).lastAssistant).toMatchObject({
      provider: params.provider,
      model: params.modelId,
      stopReason: "stop",
      timestamp: 7,
    });
  });

  it("has usage, cost and context of the turn", () => {
    const result = resultOf(
      completed({ usage: USAGE, costUsd: 0.25, contextTokens: 900, contextWindow: 200_000 }),
    );
    expect(result.attemptUsage).toEqual({
      input: 10,
      output: 20,
      cacheRead: 3,
      cacheWrite: 4,
      cost: { total: 0.25 },
      contextUsage: { state: "available", promptTokens: 900, totalTokens: 900 },
    });
    expect(result).toMatchObject({ contextTokens: 200_000, contextTokensSource: "runtime" });
    expect(result.lastAssistant?.usage).toMatchObject({ totalTokens: 37, cost: { total: 0.25 } });
  });

  it("leaves out what the adapter does not report, so that nothing known is wiped", () => {
    const result = resultOf(completed());
    expect(result).not.toHaveProperty("attemptUsage");
    expect(result).not.toHaveProperty("contextTokens");
    expect(result.lastAssistant?.usage).not.toHaveProperty("contextUsage");
  });

  it("keeps estimated numbers with the answer alone", () => {
    const result = resultOf(completed({ usage: USAGE, usageEstimated: true }));
    expect(result).not.toHaveProperty("attemptUsage");
    expect(result.lastAssistant?.usage).toMatchObject({ input: 10, output: 20 });
  });

  it("counts compactions", () => {
    expect(resultOf(completed(), 2)).toMatchObject({ compactionCount: 2 });
    expect(resultOf(completed())).not.toHaveProperty("compactionCount");
  });

  it("says of a cancelled turn that it was aborted, with what was said before", () => {
    const result = resultOf({ ...emptyTurnRecord(), text: "Half", kind: "cancelled" });
    expect(result).toMatchObject({
      terminal: { kind: "aborted", source: "external" },
      assistantTexts: ["Half"],
      lastAssistant: { stopReason: "aborted" },
    });
    expect(result).not.toHaveProperty("agentHarnessResultClassification");
  });

  it.each<[string, Partial<TurnRecord>, string | undefined]>([
    ["nothing at all", {}, "empty"],
    ["reasoning alone", { reasoning: "Hm." }, "reasoning-only"],
    ["a plan alone", { plan: [{ content: "Read", status: "pending" }] }, "planning-only"],
    ["tools", { toolCalls: [toolCall({ status: "completed" })] }, undefined],
  ])("judges a turn that ended with %s", (_, record, classification) => {
    expect(resultOf(completed({ text: "", ...record })).agentHarnessResultClassification).toBe(
      classification,
    );
  });
});

describe("the answer of a failed turn", () => {
  it("is what was shown, as it was", () => {
    const error = new ContractorError("agent-failed", { message: "It broke.", mend: "Try again." });
    const outcome = {
      ...emptyTurnRecord(),
      text: "Half",
      kind: "failed" as const,
      error,
      accepted: true,
      acted: false,
      mayGoElsewhere: false,
    };
    expect(assistantMessageOf(params, { outcome, now: 7 })).toMatchObject({
      content: [{ type: "text", text: "Half" }],
      stopReason: "aborted",
    });
  });
});

describe("the count of output tokens", () => {
  it.each<[string, Partial<TurnRecord>, number[]]>([
    ["what the adapter reports", { usage: USAGE }, [20]],
    ["nothing for an empty report", { usage: { ...USAGE, outputTokens: 0 } }, []],
    ["nothing for an estimate", { usage: USAGE, usageEstimated: true }, []],
    ["nothing without a report", {}, []],
  ])("is %s", (_, record, expected) => {
    const reported: number[] = [];
    const hostCapabilities = {
      reportOutputTokens: (tokens: number) => void reported.push(tokens),
    } as unknown as AttemptParams["hostCapabilities"];
    reportOutputTokens(recordedAttempt({ hostCapabilities }).params, { ...emptyTurnRecord(), ...record });
    expect(reported).toEqual(expected);
  });
});
