import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** A turn that failed: where, with which code, and when. Never its words, which may quote what was said. */
export type TurnFailure = ConversationKey & {
  code: ErrorCode;
  /** ISO timestamp. */
  at: string;
};

/** The latest failed turns of this process, one a conversation. */
export type RecentFailures = {
  note(failure: TurnFailure): void;
  /** Latest first. */
  list(): TurnFailure[];
};

const KEPT = 100;

export function createRecentFailures(): RecentFailures {
  let failures: TurnFailure[] = [];
  return {
    note(failure) {
      const { agentId, openclawSessionKey } = failure;
      const others = failures.filter(
        (other) => other.agentId !== agentId || other.openclawSessionKey !== openclawSessionKey,
      );
      failures = [failure, ...others].slice(0, KEPT);
    },
    list: () => [...failures],
  };
}
