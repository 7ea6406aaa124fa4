import type { PromptOutcome } from "../acp/acp-adapter.ts";
import { withResetTime } from "../errors/agent-failure.ts";
import { isApiRefusal, isAtLimit } from "../errors/api-refusal.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { usageOfTurn } from "./turn-usage.ts";
import type { ToolCallFact, TurnOutcome, TurnRecord } from "./turn.ts";

/** What a stop reason adds to the text; nothing for a turn that simply ended. */
const ENDINGS: Partial<Record<PromptOutcome["stopReason"], string>> = {
  max_tokens: "_The answer was cut off at the model's output limit. Send “continue” to go on._",
  max_turn_requests: "_Claude Code stopped at its limit of steps for one turn. Send “continue” to go on._",
  refusal: "_Claude declined to answer this._",
};

/**
 * The paragraphs that an answered turn still needs: append them to the projection before the turn is over, so that
 * whoever watches reads them, too. A turn without any text would be taken for lost, and the model asked again.
 */
export function endingOf(
  projected: { record: TurnRecord; refusedLast: ToolCallFact | undefined },
  settled: {
    outcome: PromptOutcome;
    /** What was to be said in front of an answer that has no text. */
    notices: string[];
    slashCommand: boolean;
  },
): string[] {
  const { record, refusedLast } = projected;
  const { outcome, notices, slashCommand } = settled;
  if (outcome.stopReason === "cancelled") return [];
  const refused =
    refusedLast === undefined ? undefined : `_Claude stopped: ${refusedLast.toolName} was not allowed._`;
  const ending = ENDINGS[outcome.stopReason] ?? refused;
  if (ending !== undefined) return [...notices, ending];
  return record.text.trim() === "" ? [...notices, silentEnding(slashCommand)] : notices;
}

/** One outcome for a prompt that the agent answered, after its ending was appended. `prompt`: what was sent. */
export function normalizeClaudeResponse(
  record: TurnRecord,
  settled: { outcome: PromptOutcome; claudeSessionId: string; warm: boolean; prompt: string | undefined },
): TurnOutcome {
  const { outcome, claudeSessionId, warm, prompt } = settled;
  const told = { ...record, ...usageOfTurn(outcome, { record, prompt }) };
  if (outcome.stopReason === "cancelled") return { ...told, kind: "cancelled" };
  return { ...told, kind: "completed", claudeSessionId, warm, text: record.text.trimEnd() };
}

/**
 * One outcome for a turn that could not be carried out. `acted`: Claude had said or done something before it failed.
 * `limitResetAt`: what Claude Code had told of its limit before.
 */
export function normalizeClaudeError(
  record: TurnRecord,
  failure: {
    error: ContractorError;
    accepted: boolean;
    acted?: boolean;
    limitResetAt?: Date | undefined;
    now?: Date;
  },
): TurnOutcome {
  const { accepted, acted = false, limitResetAt: resetAt, now = new Date() } = failure;
  const error = withResetTime(failure.error, { resetAt, now });
  const onlyTheError = saidOnlyTheError(record, error);
  const reallyActed = acted && !onlyTheError;
  const unheard = !accepted || (isAtLimit(error) && !reallyActed);
  return {
    ...record,
    ...(onlyTheError ? { text: "" } : {}),
    kind: "failed",
    error: reallyActed ? afterActivity(error) : error,
    accepted,
    acted: reallyActed,
    mayGoElsewhere: unheard && !STAYS_HERE.includes(error.code),
  };
}

/** Merely too early; or the owner's own decision, which another model would get around. */
const STAYS_HERE: ErrorCode[] = ["session-busy", "budget-exceeded", "budget-not-enforceable"];

/**
 * claude-agent-acp sends the API's refusal as a message of Claude's before it fails the prompt, mostly with the same
 * words. That is no answer, and it was no activity.
 */
function saidOnlyTheError(record: TurnRecord, error: ContractorError): boolean {
  const said = oneLine(record.text);
  const words = oneLine(wordsOfAgent(error));
  if (said === "" || record.toolCalls.length > 0) return false;
  return words === said || words.endsWith(`: ${said}`) || isApiRefusal(said);
}

function wordsOfAgent(error: unknown): string {
  if (ContractorError.isInstance(error)) return wordsOfAgent(error.cause);
  return error instanceof Error ? error.message : "";
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Nobody may be told to send a message again that has been acted upon. */
function afterActivity(error: ContractorError): ContractorError {
  const { code, message, retryable, resetAt } = error;
  return new ContractorError(code, {
    message: `${message} Claude had begun already: what it did stands, and the message is not sent a second time.`,
    mend: mendAfterActivity(error),
    retryable,
    cause: error,
    ...(resetAt === undefined ? {} : { resetAt }),
  });
}

const GO_ON = "Send “continue” to go on";

function mendAfterActivity({ code, mend, retryable }: ContractorError): string {
  // A limit is to be waited for, and a silence may be allowed to be longer: that part of the mend stays true.
  if (code === "agent-limit" && retryable) return `${mend} Then send “continue” to go on.`;
  if (code === "turn-silent") return mend.replace(/^Send the message again/, GO_ON);
  return retryable || code === "agent-failed" ? `${GO_ON}.` : mend;
}

function silentEnding(slashCommand: boolean): string {
  return slashCommand
    ? "_Done. Claude Code printed nothing for this command._"
    : "_Claude Code finished without a message._";
}
