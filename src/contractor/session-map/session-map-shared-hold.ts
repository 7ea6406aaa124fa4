import type { LockedSessionMap } from "./session-map-access.ts";
import { journalPathOf, type JournalEnd } from "./session-map-journal.ts";

/** A share of the locked map, for one prepared close. */
export type SharedHold = {
  map: LockedSessionMap;
  /** Where the journal ends now, with what the other shares have appended. */
  journal: JournalEnd;
  /** The lock goes with the last share. `appended`: the journal was touched, and is tidied up. */
  release(appended: boolean): Promise<void>;
};

type Hold = {
  opening: Promise<LockedSessionMap | null>;
  shares: number;
  journal?: JournalEnd;
  appended: boolean;
};

/**
 * OpenClaw prepares a batch of deletions one inside the other, all before the first is committed. They share one lock:
 * the second would wait for the first for ever.
 */
export function createSharedHold(
  hold: () => Promise<LockedSessionMap | null>,
): () => Promise<SharedHold | null> {
  let current: Hold | undefined;

  /** True when it was the last share. */
  function leave(held: Hold): boolean {
    held.shares -= 1;
    if (held.shares > 0) return false;
    if (current === held) current = undefined;
    return true;
  }

  return async () => {
    const held = (current ??= { opening: hold(), shares: 0, appended: false });
    held.shares += 1;
    const map = await held.opening.catch((cause: unknown) => {
      leave(held);
      throw cause;
    });
    if (map === null) {
      leave(held);
      return null;
    }
    const journal = (held.journal ??= { path: journalPathOf(map.path), bytes: map.state.journalBytes });
    return {
      map,
      journal,
      async release(appended) {
        held.appended ||= appended;
        if (leave(held)) await giveBack(map, held.appended);
      },
    };
  };
}

async function giveBack(map: LockedSessionMap, appended: boolean): Promise<void> {
  try {
    if (appended) await map.tidy();
  } catch {
    // What was closed stands, or is taken back, in the journal; the next writer tidies up.
  } finally {
    await map.lock.release();
  }
}
