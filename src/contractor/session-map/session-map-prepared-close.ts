import type { LockedSessionMap } from "./session-map-access.ts";
import { draftOf } from "./session-map-draft.ts";
import type { EndReason } from "./session-map-entry.ts";
import { appendChangeSync, journalPathOf, truncateJournalSync } from "./session-map-journal.ts";
import type { ConversationKey, PreparedClose } from "./session-map-store.ts";
import type { PendingTouches } from "./session-map-touches.ts";
import { activeOf, endActive } from "./session-map.ts";

export type CloseRequest = {
  key: ConversationKey;
  endedBy: EndReason;
  touches: PendingTouches;
  now: () => Date;
};

/** For a conversation of which no map knows. */
export const NOTHING_TO_CLOSE: PreparedClose = {
  entry: null,
  commit: () => undefined,
  rollback: () => undefined,
  release: () => Promise.resolve(),
};

/**
 * A close as one line of the journal, whatever the map's length: that alone can be written, and cut off again, without
 * waiting. `release` brings a short map's snapshot up to date.
 */
export function createPreparedClose(map: LockedSessionMap, request: CloseRequest): PreparedClose {
  const { key, endedBy, touches, now } = request;
  const journal = { path: journalPathOf(map.path), bytes: map.state.journalBytes };
  const { assertHeldSync: assertHeld } = map.lock;
  let appended = false;
  let settle = (): void => undefined;
  let released: Promise<void> | undefined;

  const release = async (): Promise<void> => {
    settle();
    try {
      if (appended) await map.tidy();
    } catch {
      // The close stands, or is taken back, in the journal; the next writer tidies up.
    } finally {
      await map.lock.release();
    }
  };

  return {
    entry: structuredClone(activeOf(map.state.index.entriesOf(key).map(touches.overlay))),
    commit() {
      const draft = draftOf(map.state.index);
      const taken = touches.applyTo(draft, key);
      endActive(draft, { key, ending: { by: endedBy, at: now() } });
      const change = draft.change();
      if (change === null) return;
      assertHeld();
      appended = true;
      map.forget();
      appendChangeSync(journal, { change, assertHeld });
      settle = () => {
        touches.settle(taken);
      };
    },
    rollback() {
      if (!appended) return;
      settle = () => undefined;
      assertHeld();
      map.forget();
      truncateJournalSync(journal);
    },
    release: () => (released ??= release()),
  };
}
