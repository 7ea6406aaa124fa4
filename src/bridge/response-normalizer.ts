import type { PromptOutcome } from "../acp/acp-adapter.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
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
  settled: { outcome: PromptOutcome; claudeSessionId: string; warm: boolean; slashCommand: boolean },
): TurnOutcome {
  const { outcome, claudeSessionId, warm } = settled;
  const usage = outcome.usage ?? record.usage;
  if (outcome.stopReason === "cancelled") return { ...record, usage, kind: "cancelled" };
  const ending = ENDINGS[outcome.stopReason];
  const text = [record.text.trimEnd(), ending].filter(Boolean).join("\n\n");
  return {
    ...record,
    usage,
    kind: "completed",
    claudeSessionId,
    warm,
    text: text === "" ? silentEnding(settled.slashCommand) : text,
  };
}

/** One outcome for a turn that could not be carried out. */
export function normalizeClaudeError(
  record: TurnRecord,
  failure: { error: ContractorError; accepted: boolean },
): TurnOutcome {
  return { ...record, kind: "failed", ...failure };
}

/** Without any text the host would take the turn for lost and ask the model again. */
function silentEnding(slashCommand: boolean): string {
  return slashCommand
    ? "_Done. Claude Code printed nothing for this command._"
    : "_Claude Code finished without a message._";
}
