import { setTimeout as delay } from "node:timers/promises";
import type { AgentSession } from "../acp/acp-adapter.ts";

export type SpareOpening = {
  /** Everything that the session is opened with: a conversation that needs anything else cannot have it. */
  key: string;
  open: () => Promise<AgentSession>;
};

/** New sessions that no conversation has yet, one for an owner at most. */
export type SpareSessions = {
  /** Null and one that cannot be used any more count as none. `isWanted`: asked once it is open. */
  prepare(owner: string, opening: SpareOpening & { isWanted: () => boolean }): Promise<void>;
  /**
   * Gives it away, and calls `hold` in the moment in which it is no spare any more. One that is being opened is waited for by the
   * first who wants it: another one would take longer.
   */
  take(key: string, hold: () => void): Promise<AgentSession | undefined>;
  /** One that is being opened counts. */
  has(owner: string): boolean;
  /** Resolves to the one that has ended; undefined when there is none to end. */
  endOldest(): Promise<AgentSession | undefined>;
  /** Those that are being opened too, if they are open within some seconds: `isWanted` must be false by then. */
  endAll(): Promise<void>;
  /** Those that are being opened included. */
  readonly count: number;
  /** Oldest first. */
  readonly sessions: AgentSession[];
};

type Spare = {
  key: string;
  session: AgentSession | undefined;
  openedAt: number;
  /** Settles, and never rejects, when it is open or is not going to be. */
  coming: Promise<unknown>;
  /** Somebody waits for it. */
  claimed: boolean;
};

/** What it read when it was opened is taken for what is, so it must not be old; before it is, it is renewed. */
const OLDEST_MS = 60 * 60_000;
const RENEWED_AFTER_MS = OLDEST_MS / 2;
/** A Gateway that stops does not wait for its plugins much longer. */
const OPEN_WITHIN_MS = 3_000;

/** Waits for sessions that are being opened, but not for long: whoever opens them ends them. */
export async function openedSoon(opening: Promise<unknown>): Promise<void> {
  await Promise.race([opening, delay(OPEN_WITHIN_MS, undefined, { ref: false })]);
}

export function createSpares(end: (session: AgentSession) => Promise<void>): SpareSessions {
  const spares = new Map<string, Spare>();
  const preparing = new Set<Promise<void>>();

  async function open(
    owner: string,
    { key, open: opening, isWanted }: SpareOpening & { isWanted: () => boolean },
  ): Promise<void> {
    const known = spares.get(owner);
    if (known !== undefined && known.key === key && isFresh(known)) return;
    const { promise: coming, resolve: settle } = Promise.withResolvers<undefined>();
    const spare: Spare = { key, session: undefined, openedAt: Date.now(), coming, claimed: false };
    spares.set(owner, spare);
    try {
      if (known?.session !== undefined) await end(known.session);
      const session = await opening();
      if (spares.get(owner) === spare && isWanted()) spare.session = session;
      else await end(session);
    } finally {
      if (spare.session === undefined && spares.get(owner) === spare) spares.delete(owner);
      settle(undefined);
    }
  }

  async function take(key: string, hold: () => void): Promise<AgentSession | undefined> {
    for (const [owner, spare] of spares) {
      if (spare.key !== key || spare.claimed) continue;
      if (spare.session === undefined) {
        spare.claimed = true;
        await spare.coming;
      }
      const { session, openedAt } = spare;
      if (session === undefined || spares.get(owner) !== spare) continue;
      spares.delete(owner);
      if (session.usable && Date.now() - openedAt < OLDEST_MS) {
        hold();
        return session;
      }
      void end(session);
    }
    return undefined;
  }

  async function endOldest(): Promise<AgentSession | undefined> {
    for (const [owner, { session, claimed }] of spares) {
      if (session === undefined || claimed) continue;
      spares.delete(owner);
      await end(session);
      return session;
    }
    return undefined;
  }

  return {
    has: (owner) => spares.has(owner),
    async prepare(owner, opening) {
      const opened = open(owner, opening);
      preparing.add(opened);
      await opened.finally(() => preparing.delete(opened));
    },
    take,
    endOldest,
    async endAll() {
      while ((await endOldest()) !== undefined);
      // Whoever prepares it hears of its failure.
      await openedSoon(Promise.allSettled(preparing));
    },
    get count() {
      return spares.size;
    },
    get sessions() {
      return [...spares.values()].flatMap(({ session }) => session ?? []);
    },
  };
}

function isFresh({ session, openedAt }: Spare): boolean {
  return session === undefined || (session.usable && Date.now() - openedAt < RENEWED_AFTER_MS);
}
