import { acquireClaudeSession, type AcquiredSession, type Acquisition } from "./acquire-claude-session.ts";
import { orAbandon } from "./or-abandon.ts";
import type { SessionPlan } from "./plan-session.ts";

/** The live session that has the turn; room for a full context is made by changing to another one. */
export type TurnSession = {
  /** Gives back the one before, if any. Null when the turn was cancelled before the session was there. */
  changeTo(plan: SessionPlan): Promise<AcquiredSession | null>;
  /** See `SessionLoan.release`; idempotent. */
  release(keepAt: number | null): Promise<void>;
};

export function createTurnSession(acquisition: Acquisition): TurnSession {
  const { signal } = acquisition;
  let current: AcquiredSession | undefined;

  async function release(keepAt: number | null): Promise<void> {
    const released = current;
    current = undefined;
    await released?.loan.release({ keepAt });
  }

  return {
    release,
    async changeTo(plan) {
      await release(null);
      current = await orAbandon(acquireClaudeSession(acquisition, plan), {
        signal,
        abandon: ({ loan }) => loan.release({ keepAt: null }),
      });
      return current ?? null;
    },
  };
}
