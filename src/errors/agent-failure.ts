import { stripVTControlCharacters } from "node:util";
import { verdictOf, type AgentErrorFacts } from "./agent-verdicts.ts";
import { ContractorError } from "./contractor-error.ts";
import { resetTimeOf, sentenceOfReset } from "./reset-time.ts";

/** More of an agent's words than this is no sentence, but a dump. */
const WORDS_LENGTH = 600;

/**
 * Tells what an agent's error means: by JSON-RPC code first, `data` second, prose last.
 * Never returns a success in disguise: what nobody knows is `agent-failed` with the agent's own words, and what is no
 * JSON-RPC error at all is `agent-protocol`.
 */
export function agentFailure(cause: unknown, context: { during: string; now?: Date }): ContractorError {
  if (ContractorError.isInstance(cause)) return cause;
  const { during, now = new Date() } = context;
  const facts = factsOf(cause);
  const words = plain(facts.words);
  if (facts.code === undefined) {
    return new ContractorError("agent-protocol", {
      message: asSentence(`The connection to the ACP adapter failed during ${during}: ${words}`),
      mend: "Send the message again; the conversation is resumed in a new process.",
      retryable: true,
      cause,
    });
  }
  const { code, reported = "an error", mend, retryable = false } = verdictOf(facts);
  const message = asSentence(`Claude Code reported ${reported} during ${during}: ${words}`);
  const failure = { message, mend, retryable, cause };
  const isOver = code === "agent-limit" || code === "agent-overloaded";
  const resetAt = isOver ? resetTimeOf({ data: dataOf(cause), words: facts.words }, now) : undefined;
  return resetAt === undefined
    ? new ContractorError(code, failure)
    : new ContractorError(code, {
        ...failure,
        message: `${message} ${sentenceOfReset(resetAt, now)}`,
        resetAt,
      });
}

/** The same limit, told with the reset time that became known another way; any other error stays as it is. */
export function withResetTime(
  error: ContractorError,
  { resetAt, now }: { resetAt: Date | undefined; now: Date },
): ContractorError {
  const missing = error.code === "agent-limit" && error.retryable && error.resetAt === undefined;
  if (!missing || resetAt === undefined || resetAt <= now) return error;
  const { code, message, mend, retryable } = error;
  const told = `${message} ${sentenceOfReset(resetAt, now)}`;
  return new ContractorError(code, { message: told, mend, retryable, resetAt, cause: error });
}

/** The mend follows as the next sentence. */
function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function factsOf(cause: unknown): AgentErrorFacts {
  if (!isRecord(cause)) return { words: String(cause) };
  const data = dataOf(cause);
  const details = typeof data["details"] === "string" ? data["details"] : undefined;
  const message = typeof cause["message"] === "string" ? cause["message"] : "no message";
  return {
    ...(typeof cause["code"] === "number" ? { code: cause["code"] } : {}),
    ...(typeof data["errorKind"] === "string" ? { kind: data["errorKind"] } : {}),
    words: details === undefined || message.includes(details) ? message : `${message}: ${details}`,
  };
}

/** What a person can read of an agent's words: no wrapping, no JSON, no time stamp, no control characters. */
function plain(words: string): string {
  const told = words
    // "Internal error" tells a person nothing that what follows does not tell better.
    .replace(/^Internal error: (?=\S)/, "")
    .replace(/\{.*\}/s, (json) => messageIn(json) ?? json)
    .replace(/\|\d{10,13}\b/, "");
  const line = stripVTControlCharacters(told)
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .toWellFormed();
  return line.length > WORDS_LENGTH ? `${line.slice(0, WORDS_LENGTH).toWellFormed()}…` : line;
}

/** `{"type":"error","error":{"message":"…"}}`, as the Messages API refuses. */
function messageIn(json: string): string | undefined {
  try {
    const body: unknown = JSON.parse(json);
    const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : body;
    return isRecord(error) && typeof error["message"] === "string" ? error["message"] : undefined;
  } catch {
    return undefined;
  }
}

function dataOf(cause: unknown): Record<string, unknown> {
  return isRecord(cause) && isRecord(cause["data"]) ? cause["data"] : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
