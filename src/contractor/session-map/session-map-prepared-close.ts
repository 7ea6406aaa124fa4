import { draftOf } from "./session-map-draft.ts";
import type { EndReason } from "./session-map-entry.ts";
import { appendChangeSync, truncateJournalSync } from "./session-map-journal.ts";
import type { SharedHold } from "./session-map-shared-hold.ts";
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
 * waiting. The last `release` brings a short map's snapshot up to date.
 */
export function createPreparedClose(hold: SharedHold, request: CloseRequest): PreparedClose {
  const { key, endedBy, touches, now } = request;
  const { map, journal } = hold;
  const { assertHeldSync: assertHeld } = map.lock;
  /** Where the journal ended before this close; undefined until it is committed. */
  let start: number | undefined;
  let settle = (): void => undefined;
  let released: Promise<void> | undefined;

  const release = async (): Promise<void> => {
    settle();
    await hold.release(start !== undefined);
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
      start = journal.bytes;
      map.forget();
      journal.bytes = appendChangeSync(journal, { change, assertHeld });
      settle = () => {
        touches.settle(taken);
      };
    },
    rollback() {
      if (start === undefined) return;
      settle = () => undefined;
      assertHeld();
      map.forget();
      // The host takes back in reverse order, so what is cut off is this close alone.
      journal.bytes = start;
      truncateJournalSync(journal);
    },
    release: () => (released ??= release()),
  };
}
