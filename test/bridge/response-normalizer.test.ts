import { describe, expect, it } from "vitest";
import type { PromptOutcome } from "../../src/acp/acp-adapter.ts";
import {
  endingOf,
  normalizeClaudeError,
  normalizeClaudeResponse,
} from "../../src/bridge/response-normalizer.ts";
import {
  emptyTurnRecord,
  type ToolCallFact,
  type TurnOutcome,
  type TurnRecord,
} from "../../src/bridge/turn.ts";
import { agentFailure } from "../../src/errors/agent-failure.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import type { ErrorCode } from "../../src/errors/error-codes.ts";

const USAGE = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };

const CALL: ToolCallFact = {
  toolCallId: "c",
  toolName: "Bash",
  title: "ls",
  kind: "execute",
  input: {},
  status: "completed",
  output: "",
  refused: false,
  startedAt: 1,
  endedAt: 2,
  parentToolCallId: undefined,
};

const RECORD: TurnRecord = {
  ...emptyTurnRecord(),
  text: "Half an answer",
  reasoning: "hm",
  toolCalls: [CALL],
  contextTokens: 10,
  contextWindow: 200,
  sessionCostUsd: 0.5,
};

function settle(outcome: PromptOutcome, record = RECORD): TurnOutcome {
  const settled = { outcome, claudeSessionId: "claude-1", warm: true, prompt: "12345678" };
  return normalizeClaudeResponse(record, settled);
}

describe("a turn that the agent answered", () => {
  it("is completed, with its session and everything it showed", () => {
    expect(settle({ stopReason: "end_turn", usage: USAGE })).toEqual({
      ...RECORD,
      kind: "completed",
      claudeSessionId: "claude-1",
      warm: true,
      usage: USAGE,
    });
  });

  it("has no white space at its end", () => {
    expect(settle({ stopReason: "end_turn" }, { ...RECORD, text: "A \n\n" }).text).toBe("A");
  });

  it("is cancelled when the agent says so, with what was shown and used", () => {
    expect(settle({ stopReason: "cancelled", usage: USAGE })).toEqual({
      ...RECORD,
      kind: "cancelled",
      usage: USAGE,
    });
  });

  it.each(["end_turn", "cancelled"] as const)(
    "has an estimated usage when none is reported: %s",
    (stopReason) => {
      expect(settle({ stopReason })).toMatchObject({ usage: { inputTokens: 2 }, usageEstimated: true });
    },
  );
});

describe("what an answered turn still needs to say", () => {
  const EMPTY = emptyTurnRecord();

  function ending(
    stopReason: PromptOutcome["stopReason"],
    more: { record?: TurnRecord; refused?: boolean; notices?: string[]; slashCommand?: boolean } = {},
  ): string[] {
    const { record = RECORD, refused = false, notices = [], slashCommand = false } = more;
    const refusedLast = refused ? { ...CALL, status: "failed" as const, refused } : undefined;
    return endingOf({ record, refusedLast }, { outcome: { stopReason }, notices, slashCommand });
  }

  it("is nothing when Claude has answered", () => {
    expect(ending("end_turn")).toEqual([]);
  });

  it.each<[PromptOutcome["stopReason"], RegExp]>([
    ["max_tokens", /^_The answer was cut off/],
    ["max_turn_requests", /^_Claude Code stopped at its limit of steps/],
    ["refusal", /^_Claude declined to answer this\._$/],
  ])("is that it ended with %s, with and without other text", (stopReason, expected) => {
    for (const record of [RECORD, EMPTY]) {
      expect(ending(stopReason, { record })).toEqual([expect.stringMatching(expected)]);
    }
  });

  it.each([RECORD, EMPTY])("is which tool was not allowed, when nothing came after", (record) => {
    expect(ending("end_turn", { record, refused: true })).toEqual([
      "_Claude stopped: Bash was not allowed._",
    ]);
  });

  it.each([
    [false, "_Claude Code finished without a message._"],
    [true, "_Done. Claude Code printed nothing for this command._"],
  ])("is that there is no text (slash command: %s)", (slashCommand, expected) => {
    for (const text of ["", " \n"]) {
      expect(ending("end_turn", { record: { ...EMPTY, text }, slashCommand })).toEqual([expected]);
    }
  });

  it("is nothing when it was cancelled", () => {
    const notices = ["_One._"];
    expect(ending("cancelled", { record: EMPTY, refused: true, notices })).toEqual([]);
  });

  it("begins with the notices that nothing was said after", () => {
    const notices = ["_One._", "_Two._"];
    expect(ending("end_turn", { record: EMPTY, notices })).toEqual([
      "_One._",
      "_Two._",
      "_Claude Code finished without a message._",
    ]);
    expect(ending("refusal", { notices })).toEqual(["_One._", "_Two._", "_Claude declined to answer this._"]);
  });
});

describe("a turn that failed", () => {
  const crashed = new ContractorError("adapter-crashed", {
    message: "Gone.",
    mend: "Send the message again.",
    retryable: true,
  });

  it.each([true, false])("keeps the record, the error and whether it was accepted: %s", (accepted) => {
    expect(normalizeClaudeError(RECORD, { error: crashed, accepted })).toEqual({
      ...RECORD,
      kind: "failed",
      error: crashed,
      accepted,
      acted: false,
      mayGoElsewhere: !accepted,
    });
  });

  it("goes nowhere else when it was merely too early", () => {
    const error = new ContractorError("session-busy", { message: "Busy.", mend: "Wait.", retryable: true });
    expect(normalizeClaudeError(RECORD, { error, accepted: false })).toMatchObject({ mayGoElsewhere: false });
  });

  it.each<[ErrorCode, boolean, string]>([
    ["adapter-crashed", true, "Send “continue” to go on."],
    ["agent-failed", false, "Send “continue” to go on."],
    ["agent-overflow", false, "Do this."],
    ["agent-auth", false, "Do this."],
    ["turn-deadline", true, "Send “continue” to go on."],
    ["agent-limit", false, "Do this."],
    ["agent-limit", true, "Do this. Then send “continue” to go on."],
  ])("never asks to send again what Claude had begun: %s, retryable %s", (code, retryable, mend) => {
    const error = new ContractorError(code, { message: "It broke.", mend: "Do this.", retryable });
    const outcome = normalizeClaudeError(RECORD, { error, accepted: true, acted: true });
    expect(outcome).toMatchObject({
      kind: "failed",
      accepted: true,
      mayGoElsewhere: false,
      error: { code, mend, retryable, cause: error },
    });
    expect(outcome.kind === "failed" && outcome.error.message).toBe(
      "It broke. Claude had begun already: what it did stands, and the message is not sent a second time.",
    );
  });

  it("keeps what else helps against a silence, and when a limit is over", () => {
    const mend = "Send the message again; or raise it.";
    const silent = new ContractorError("turn-silent", { message: "Silent.", mend, retryable: true });
    expect(normalizeClaudeError(RECORD, { error: silent, accepted: true, acted: true })).toMatchObject({
      error: { mend: "Send “continue” to go on; or raise it." },
    });
    const resetAt = new Date("2026-11-21T17:05:00Z");
    const limit = new ContractorError("agent-limit", { message: "Limit.", mend, retryable: true, resetAt });
    expect(normalizeClaudeError(RECORD, { error: limit, accepted: true, acted: true })).toMatchObject({
      error: { resetAt },
    });
  });

  it("is told when the limit is over, where only an earlier update said so", () => {
    const limit = new ContractorError("agent-limit", { message: "Limit.", mend: "Wait.", retryable: true });
    const limitResetAt = new Date("2026-11-21T17:05:00Z");
    const now = new Date("2026-11-21T15:00:00Z");
    const failure = { error: limit, accepted: true, limitResetAt, now };
    expect(normalizeClaudeError(emptyTurnRecord(), failure)).toMatchObject({
      error: { resetAt: limitResetAt, message: "Limit. It resets at 2026-11-21 17:05 UTC (in 2 h 5 min)." },
    });
  });

  it.each<[string, TurnRecord, boolean]>([
    ["the refusal itself", { ...emptyTurnRecord(), text: "API Error:\n429" }, false],
    ["something else", { ...emptyTurnRecord(), text: "API" }, true],
    ["the refusal after a tool", { ...RECORD, text: "API Error: 429" }, true],
  ])("had begun when Claude had said %s", (_, record, begun) => {
    const cause = Object.assign(new Error("Internal error: API Error: 429"), { code: -32603 });
    const error = agentFailure(cause, { during: "session/prompt" });
    const outcome = normalizeClaudeError(record, { error, accepted: true, acted: true });
    expect(outcome.kind === "failed" && outcome.error.message.includes("had begun")).toBe(begun);
  });
});
