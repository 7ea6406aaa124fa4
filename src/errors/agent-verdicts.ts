import type { ErrorCode } from "./error-codes.ts";

/** What an agent's error means for a person. */
export type Verdict = {
  code: ErrorCode;
  mend: string;
  retryable?: boolean;
  /** How the message begins; an error where nothing else is said. */
  reported?: string;
};

/** The parts of a JSON-RPC error that classification looks at. */
export type AgentErrorFacts = { code?: number; kind?: string; words: string };

const AUTH: Verdict = {
  code: "agent-auth",
  mend: "Log in with `claude` as the Gateway's user, or check the key of the contractor's endpoint.",
};
const ACCOUNT: Verdict = {
  code: "agent-auth",
  mend: "Settle it in the Anthropic Console, or give the contractor another endpoint.",
};
const CLOUD_CREDENTIALS: Verdict = {
  code: "agent-auth",
  mend: "Renew the cloud credentials of the Gateway's user.",
};
const LIMIT: Verdict = {
  code: "agent-limit",
  reported: "a limit",
  mend: "Wait until the limit resets, or give the contractor another endpoint.",
  retryable: true,
};
const BILLING: Verdict = {
  code: "agent-limit",
  reported: "that the account cannot pay (no rate limit: waiting does not help)",
  mend: "Add credits or settle the account's billing, or give the contractor another endpoint.",
};
const OVERLOADED: Verdict = {
  code: "agent-overloaded",
  mend: "Try again in a moment.",
  retryable: true,
};
const UNREACHABLE: Verdict = {
  code: "agent-overloaded",
  mend: "See that the contractor's endpoint runs and can be reached from the Gateway; then try again.",
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
const NO_SUCH_MODEL: Verdict = {
  code: "agent-failed",
  mend: "Choose another model, or see that the contractor's endpoint serves this one.",
};
const ANSWER_TOO_LONG: Verdict = {
  code: "agent-failed",
  mend: "Ask for a shorter answer, or for one in parts.",
};
const UNFINISHED: Verdict = {
  code: "agent-failed",
  mend: "Send the message again; if it happens again, look at the Gateway's log.",
  retryable: true,
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
const BY_CODE: Partial<Record<number, Verdict>> = {
  [-32700]: MISUSED,
  [-32600]: MISUSED,
  [-32601]: MISUSED,
  [-32602]: MISUSED,
  [-32000]: AUTH,
  [-32002]: LOST,
};

/**
 * `data.errorKind` as claude-agent-acp sends it: the Agent SDK's `SDKAssistantMessageError`, and kinds of its own.
 * `invalid_request` and `unknown` are left to the words: a prompt that is too long is one of them.
 */
const BY_KIND: Partial<Record<string, Verdict>> = {
  rate_limit: LIMIT,
  billing_error: BILLING,
  authentication_failed: AUTH,
  oauth_org_not_allowed: AUTH,
  account_on_hold: ACCOUNT,
  verification_required: ACCOUNT,
  cloud_credential_error: CLOUD_CREDENTIALS,
  transport_lost: CRASHED,
  worker_shutdown: CRASHED,
  server_error: OVERLOADED,
  overloaded: OVERLOADED,
  model_not_found: NO_SUCH_MODEL,
  max_output_tokens: ANSWER_TOO_LONG,
  incomplete_tool_call: UNFINISHED,
  no_result: UNFINISHED,
};

/** Last resort: claude-code-acp says everything with -32603 and prose. */
const BY_WORDS: [RegExp, Verdict][] = [
  [/prompt is too long|context (window|length) exceeded/i, OVERFLOW],
  [
    /credit balance|insufficient[ _](credits|funds|balance|quota)|out of credits|billing_error|\b402\b/i,
    BILLING,
  ],
  [/account (is|has been) (on hold|disabled)|verification_required/i, ACCOUNT],
  [/invalid api key|authentication|unauthori[sz]ed|please run \/login|not logged in|\b401\b/i, AUTH],
  [/oauth token|permission_error/i, AUTH],
  [/(usage|session|weekly|hourly) limit|hit your limit|rate.?limit|quota|\b429\b/i, LIMIT],
  [/overloaded|\b529\b|\b50[0234]\b/i, OVERLOADED],
  [
    /connection error|unable to connect|fetch failed|\bE(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT)\b/i,
    UNREACHABLE,
  ],
  [/selected model|not_found_error|model\S* (is |was )?(not found|does not exist)/i, NO_SUCH_MODEL],
  [/no conversation found|session not found/i, LOST],
  [/process exited unexpectedly|session (has )?ended/i, CRASHED],
];

/** By JSON-RPC code first, kind second, words last; what nobody knows is `agent-failed`. */
export function verdictOf({ code, kind, words }: AgentErrorFacts): Verdict {
  const byCode = code === undefined ? undefined : BY_CODE[code];
  const byKind = kind !== undefined && Object.hasOwn(BY_KIND, kind) ? BY_KIND[kind] : undefined;
  const byWords = BY_WORDS.find(([pattern]) => pattern.test(words))?.[1];
  return byCode ?? byKind ?? byWords ?? FAILED;
}
