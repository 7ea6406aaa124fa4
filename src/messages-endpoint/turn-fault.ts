import type { ContractorError } from "../errors/contractor-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { FaultError, NO_RETRY } from "./fault-error.ts";

/** What is not here is 500: nothing that the client could do otherwise. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  "agent-overflow": 400,
  "budget-exceeded": 402,
  "budget-not-enforceable": 402,
  "turn-blocked": 403,
  "tools-not-enforceable": 403,
  "bypass-not-acknowledged": 403,
  "contractor-unknown": 404,
  "session-busy": 409,
  "agent-limit": 429,
  "adapter-timeout": 504,
  "turn-silent": 504,
  "turn-deadline": 504,
  "agent-overloaded": 529,
  "sessions-exhausted": 529,
};

/** Seconds after which it may be tried again, where nobody knows better. */
const RETRY_AFTER: Record<number, number> = { 409: 5, 429: 60, 529: 30 };

/** What a client is told of a turn that failed. `accepted`: the contractor had been given the message. */
export function turnFault(
  error: ContractorError,
  { accepted, now }: { accepted: boolean; now: number },
): FaultError {
  const status = STATUSES[error.code] ?? 500;
  const seconds =
    error.resetAt === undefined
      ? RETRY_AFTER[status]
      : Math.max(1, Math.ceil((error.resetAt.getTime() - now) / 1_000));
  return new FaultError(status, error.toParagraph(), {
    ...(seconds === undefined ? {} : { "retry-after": String(seconds) }),
    // The message would reach the contractor a second time.
    ...(accepted ? NO_RETRY : {}),
  });
}
