import { describe, expect, it } from "vitest";
import type { PromptOutcome } from "../../src/acp/acp-adapter.ts";
import { normalizeClaudeError, normalizeClaudeResponse } from "../../src/bridge/response-normalizer.ts";
import { emptyTurnRecord, type TurnOutcome, type TurnRecord } from "../../src/bridge/turn.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";

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

describe("a turn that failed", () => {
  it.each([true, false])("keeps the record, the error and whether it was accepted: %s", (accepted) => {
    const error = new ContractorError("adapter-crashed", { message: "Gone.", mend: "Again." });
    expect(normalizeClaudeError(RECORD, { error, accepted })).toEqual({
      ...RECORD,
      kind: "failed",
      error,
      accepted,
    });
  });
});
