import type { PromptOutcome } from "../acp/acp-adapter.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { TurnOutcome, TurnRecord } from "./turn.ts";

/** What a stop reason adds to the text; nothing for a turn that simply ended. */
const ENDINGS: Partial<Record<PromptOutcome["stopReason"], string>> = {
  max_tokens: "_The answer was cut off at the model's output limit. Send “continue” to go on._",
  max_turn_requests: "_Claude Code stopped at its limit of steps for one turn. Send “continue” to go on._",
  refusal: "_Claude declined to answer this._",
};

/** One outcome for a prompt that the agent answered. */
export function normalizeClaudeResponse(
  record: TurnRecord,
  settled: {
    outcome: PromptOutcome;
    claudeSessionId: string;
    warm: boolean;
    slashCommand: boolean;
    /** What was to be said in front of an answer that has no text. */
    notices?: string[];
  },
): TurnOutcome {
  const { outcome, claudeSessionId, warm, notices = [] } = settled;
  const usage = outcome.usage ?? record.usage;
  if (outcome.stopReason === "cancelled") return { ...record, usage, kind: "cancelled" };
  const ending = ENDINGS[outcome.stopReason];
  const answer = [record.text.trimEnd(), ending].filter(Boolean).join("\n\n");
  const text = answer === "" ? silentEnding(settled.slashCommand) : answer;
  return {
    ...record,
    usage,
    kind: "completed",
    claudeSessionId,
    warm,
    text: [...notices, text].join("\n\n"),
  };
}

/** One outcome for a turn that could not be carried out. `acted`: Claude had said or done something before it failed. */
export function normalizeClaudeError(
  record: TurnRecord,
  failure: { error: ContractorError; accepted: boolean; acted?: boolean },
): TurnOutcome {
  const { error, accepted, acted = false } = failure;
  return {
    ...record,
    kind: "failed",
    error: acted ? afterActivity(error) : error,
    accepted,
    mayGoElsewhere: !accepted && error.code !== "session-busy",
  };
}

/** Nobody may be told to send a message again that has been acted upon. */
function afterActivity(error: ContractorError): ContractorError {
  const { code, message, retryable } = error;
  const goOn = retryable || code === "agent-failed" ? "Send “continue” to go on." : error.mend;
  return new ContractorError(code, {
    message: `${message} Claude had begun already: what it did stands, and the message is not sent a second time.`,
    mend: goOn,
    retryable,
    cause: error,
  });
}

/** Without any text the host would take the turn for lost and ask the model again. */
function silentEnding(slashCommand: boolean): string {
  return slashCommand
    ? "_Done. Claude Code printed nothing for this command._"
    : "_Claude Code finished without a message._";
}
