import { agentFailure } from "../errors/agent-failure.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import type { RetryNotice } from "./acp-adapter.ts";
import type { LogReader } from "./log-reader.ts";
import type { RefusedRequest } from "./retry-watch.ts";

const LIMIT_STATUS = 429;

/**
 * Watches the log while a prompt runs. A limit ends the prompt: this Claude Code waits as long as the endpoint says, an
 * hour or more, and tells nobody. What is refused for other reasons it tries again within seconds.
 */
export function watchForLimit(
  log: LogReader,
  onRetry: (notice: RetryNotice) => void,
): { met: Promise<never>; stop: () => void } {
  let fail: (error: ContractorError) => void = () => undefined;
  const met = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // The prompt may settle first.
  met.catch(() => undefined);
  log.tell((refused) => {
    const { status, attempt, attempts } = refused;
    if (status === LIMIT_STATUS) fail(limitMet(refused));
    else if (attempt < attempts && isTriedAgain(status)) onRetry({ status, attempt, delayMs: undefined });
  });
  return {
    met,
    stop: () => {
      log.tell(null);
    },
  };
}

/** What Claude Code takes for a passing fault; without a status there was no answer at all. */
function isTriedAgain(status: number | undefined): boolean {
  return status === undefined || status >= 500 || [401, 408, 409].includes(status);
}

/** As if the adapter had said it. */
function limitMet({ words, headers }: RefusedRequest): ContractorError {
  const cause = { code: -32603, message: words, data: { errorKind: "rate_limit", headers } };
  return agentFailure(cause, { during: "session/prompt" });
}
