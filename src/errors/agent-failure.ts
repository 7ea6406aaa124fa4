import { ContractorError } from "./contractor-error.ts";
import type { ErrorCode } from "./error-codes.ts";

/** The parts of a JSON-RPC error that classification looks at. */
type AgentErrorFacts = { code?: number; kind?: string; words: string };

type Verdict = { code: ErrorCode; mend: string; retryable?: boolean };

const AUTH: Verdict = {
  code: "agent-auth",
  mend: "Log in with `claude` as the Gateway's user, or check the key of the contractor's endpoint.",
};
const LIMIT: Verdict = {
  code: "agent-limit",
  mend: "Wait until the limit resets, or give the contractor another endpoint.",
  retryable: true,
};
const OVERLOADED: Verdict = {
  code: "agent-overloaded",
  mend: "Try again in a moment.",
  retryable: true,
};
const OVERFLOW: Verdict = {
  code: "agent-overflow",
  mend: "Send /new to begin a new session.",
};
const LOST: Verdict = {
  code: "agent-session-lost",
  mend: "Send the message again; if it happens again, send /new to begin a new session.",
};
const FAILED: Verdict = {
  code: "agent-failed",
  mend: "Send the message again; if it happens again, look at the Gateway's log.",
};

const MISUSED: Verdict = {
  code: "agent-protocol",
  mend: "Use the adapter version that comes with the plugin.",
};
const CRASHED: Verdict = {
  code: "adapter-crashed",
  mend: "Send the message again; the conversation is resumed in a new process.",
  retryable: true,
};

/** JSON-RPC codes and those that ACP defines: https://agentclientprotocol.com, "Error handling". */
const BY_CODE: Record<number, Verdict> = {
  [-32700]: MISUSED,
  [-32600]: MISUSED,
  [-32601]: MISUSED,
  [-32602]: MISUSED,
  [-32000]: AUTH,
  [-32002]: LOST,
};

/** `data.errorKind` as claude-agent-acp sends it: the Agent SDK's `SDKAssistantMessageError`, and kinds of its own. */
const BY_KIND: Record<string, Verdict> = {
  rate_limit: LIMIT,
  billing_error: LIMIT,
  authentication_failed: AUTH,
  oauth_org_not_allowed: AUTH,
  account_on_hold: AUTH,
  verification_required: AUTH,
  cloud_credential_error: AUTH,
  transport_lost: CRASHED,
  worker_shutdown: CRASHED,
  server_error: OVERLOADED,
  overloaded: OVERLOADED,
};

/** Last resort: claude-code-acp says everything with -32603 and prose. */
const BY_WORDS: [RegExp, Verdict][] = [
  [/prompt is too long|context (window|length) exceeded/i, OVERFLOW],
  [/invalid api key|authentication|unauthori[sz]ed|please run \/login|not logged in|\b401\b/i, AUTH],
  [/usage limit|rate.?limit|quota|\b429\b/i, LIMIT],
  [/overloaded|\b529\b|\b50[0234]\b/i, OVERLOADED],
  [/no conversation found|session not found/i, LOST],
  [/process exited unexpectedly|session (has )?ended/i, CRASHED],
];

/**
 * Tells what an agent's error means: by JSON-RPC code first, `data` second, prose last.
 * Never returns a success in disguise: what nobody knows is `agent-failed` with the agent's own words, and what is no
 * JSON-RPC error at all is `agent-protocol`.
 */
export function agentFailure(cause: unknown, context: { during: string }): ContractorError {
  if (ContractorError.isInstance(cause)) return cause;
  const facts = factsOf(cause);
  if (facts.code === undefined) {
    return new ContractorError("agent-protocol", {
      message: asSentence(
        `The connection to the ACP adapter failed during ${context.during}: ${facts.words}`,
      ),
      mend: "Send the message again; the conversation is resumed in a new process.",
      retryable: true,
      cause,
    });
  }
  const verdict = verdictOf(facts);
  return new ContractorError(verdict.code, {
    message: asSentence(`Claude Code reported an error during ${context.during}: ${facts.words}`),
    mend: verdict.mend,
    cause,
    ...(verdict.retryable === undefined ? {} : { retryable: verdict.retryable }),
  });
}

/** The mend follows as the next sentence. */
function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function verdictOf(facts: AgentErrorFacts): Verdict {
  const byCode = facts.code === undefined ? undefined : BY_CODE[facts.code];
  const byKind = facts.kind === undefined ? undefined : BY_KIND[facts.kind];
  const byWords = BY_WORDS.find(([pattern]) => pattern.test(facts.words))?.[1];
  return byCode ?? byKind ?? byWords ?? FAILED;
}

function factsOf(cause: unknown): AgentErrorFacts {
  if (!isRecord(cause)) return { words: String(cause) };
  const data = isRecord(cause["data"]) ? cause["data"] : {};
  const details = typeof data["details"] === "string" ? data["details"] : undefined;
  const message = typeof cause["message"] === "string" ? cause["message"] : "no message";
  return {
    ...(typeof cause["code"] === "number" ? { code: cause["code"] } : {}),
    ...(typeof data["errorKind"] === "string" ? { kind: data["errorKind"] } : {}),
    // "Internal error" alone tells a person nothing; the details do.
    words: details === undefined || message.includes(details) ? message : `${message}: ${details}`,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
