import { describe, expect, it } from "vitest";
import type { PromptOutcome } from "../../src/acp/acp-adapter.ts";
import { normalizeClaudeError, normalizeClaudeResponse } from "../../src/bridge/response-normalizer.ts";
import { emptyTurnRecord, type TurnOutcome, type TurnRecord } from "../../src/bridge/turn.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import type { ErrorCode } from "../../src/errors/error-codes.ts";

const USAGE = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };

const RECORD: TurnRecord = {
  text: "Half an answer",
  reasoning: "hm",
  toolCalls: [
    { toolCallId: "c", toolName: "Bash", title: "ls", kind: "execute", input: {}, status: "completed" },
  ],
  usage: undefined,
  contextTokens: 10,
  contextWindow: 200,
  sessionCostUsd: 0.5,
};

function settle(
  outcome: PromptOutcome,
  { record = RECORD, slashCommand = false }: { record?: TurnRecord; slashCommand?: boolean } = {},
): TurnOutcome {
  return normalizeClaudeResponse(record, { outcome, claudeSessionId: "claude-1", warm: true, slashCommand });
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

  it.each<[PromptOutcome["stopReason"], RegExp]>([
    ["max_tokens", /^Half an answer\n\n_The answer was cut off/],
    ["max_turn_requests", /^Half an answer\n\n_Claude Code stopped at its limit of steps/],
    ["refusal", /^Half an answer\n\n_Claude declined/],
  ])("says in the text that it ended with %s", (stopReason, expected) => {
    const outcome = settle({ stopReason });
    expect(outcome.kind).toBe("completed");
    expect(outcome.text).toMatch(expected);
  });

  it("says how it ended even when there is no other text", () => {
    expect(settle({ stopReason: "refusal" }, { record: emptyTurnRecord() }).text).toBe(
      "_Claude declined to answer this._",
    );
  });

  it.each([
    [false, "_Claude Code finished without a message._"],
    [true, "_Done. Claude Code printed nothing for this command._"],
  ])("never has an empty text (slash command: %s)", (slashCommand, expected) => {
    for (const text of ["", " \n"]) {
      const record = { ...emptyTurnRecord(), text };
      expect(settle({ stopReason: "end_turn" }, { record, slashCommand }).text).toBe(expected);
    }
  });

  it("is cancelled when the agent says so, with what was shown and used", () => {
    expect(settle({ stopReason: "cancelled", usage: USAGE })).toEqual({
      ...RECORD,
      kind: "cancelled",
      usage: USAGE,
    });
  });
});

describe("the notices that nothing was said after", () => {
  it("come in front of whatever the answer is, each a paragraph of its own", () => {
    const settled = {
      claudeSessionId: "claude-1",
      warm: true,
      slashCommand: false,
      notices: ["_One._", "_Two._"],
    };
    const outcome = { stopReason: "end_turn" } as const;
    expect(normalizeClaudeResponse(emptyTurnRecord(), { outcome, ...settled }).text).toBe(
      "_One._\n\n_Two._\n\n_Claude Code finished without a message._",
    );
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
});
