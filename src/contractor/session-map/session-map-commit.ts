import type { SessionMapChange } from "./session-map-change.ts";
import { createSessionIndex, type SessionIndex } from "./session-map-index.ts";
import { appendChange, journalPathOf, removeJournal } from "./session-map-journal.ts";
import { prune, type Retention } from "./session-map-retention.ts";
import { identify, type SessionMapState } from "./session-map-state.ts";
import { writeSnapshot } from "./session-map-snapshot.ts";

export type WritePolicy = {
  /** A snapshot shorter than this is written whole at each change; a longer one gets a journal. */
  wholeBelowBytes: number;
  retention: () => Retention;
  now: () => Date;
};

export type CommitTarget = {
  path: string;
  state: SessionMapState;
  policy: WritePolicy;
  assertHeld: () => Promise<void>;
  /** Called at the moment from which on the change is made, with the map that has it. */
  onDurable: (index: SessionIndex) => void;
};

/**
 * Makes a change durable: the whole snapshot anew while it is short, else a line of the journal. Callers hold the lock.
 * Resolves to the state of the files after it, or to null when that is not known.
 */
export async function commitChange(
  target: CommitTarget,
  change: SessionMapChange,
): Promise<SessionMapState | null> {
  const { path, state, assertHeld, onDurable } = target;
  // With lines in the journal, a snapshot alone would be undone by them if the journal could not be removed after it.
  if (state.journalBytes === 0 && isShort(state, target.policy)) {
    return fold({ ...target, onDurable }, change);
  }
  const journal = { path: journalPathOf(path), bytes: state.journalBytes };
  const journalBytes = await appendChange(journal, { change, assertHeld });
  state.index.apply(change);
  onDurable(state.index);
  const appended = { ...state, journalBytes, identity: identify(path) };
  return change.removeAgent !== undefined || isFoldDue(appended, target.policy)
    ? // The change is durable already; what cannot be folded now is folded after the next one.
      fold({ ...target, state: appended }).catch(() => null)
    : appended;
}

/** True when the journal has outgrown half of the snapshot, or the snapshot is short enough to be written whole. */
export function isFoldDue(state: SessionMapState, policy: WritePolicy): boolean {
  if (state.journalBytes === 0) return false;
  return isShort(state, policy) || state.journalBytes > (state.snapshotBytes ?? 0) / 2;
}

/**
 * Writes everything into the snapshot and empties the journal. A crash in between is harmless: the journal's lines
 * change nothing in a snapshot that has them.
 */
export async function fold(target: CommitTarget, change?: SessionMapChange): Promise<SessionMapState> {
  const { path, state, policy, assertHeld, onDurable } = target;
  const all =
    change === undefined
      ? state.index
      : createSessionIndex({ ...state.index.rest, sessions: state.index.all() });
  if (change !== undefined) all.apply(change);
  const sessions = prune(all.all(), { retention: policy.retention(), now: policy.now() });
  const map = { ...state.index.rest, sessions };
  const snapshotBytes = await writeSnapshot(path, { map, beforeRename: assertHeld });
  const index = createSessionIndex(map);
  onDurable(index);
  await removeJournal(journalPathOf(path));
  return { index, snapshotBytes, journalBytes: 0, identity: identify(path), damages: [] };
}

function isShort({ snapshotBytes }: SessionMapState, { wholeBelowBytes }: WritePolicy): boolean {
  return snapshotBytes === null || snapshotBytes < wholeBelowBytes;
}
