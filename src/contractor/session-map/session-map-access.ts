import { commitChange, fold, isFoldDue, type CommitTarget, type WritePolicy } from "./session-map-commit.ts";
import { draftOf, type SessionMapDraft } from "./session-map-draft.ts";
import { stateUnusable } from "./session-map-file.ts";
import { createSessionIndex, type SessionIndex } from "./session-map-index.ts";
import { journalPathOf, removeJournal } from "./session-map-journal.ts";
import { acquireSessionMapLock, type SessionMapLock } from "./session-map-lock.ts";
import { inTurn } from "./session-map-queue.ts";
import { repairSessionMap } from "./session-map-repair.ts";
import { emptySessionMap } from "./session-map-snapshot.ts";
import { identify, readState, type SessionMapState } from "./session-map-state.ts";
import type { PendingTouches } from "./session-map-touches.ts";

export type SessionMapPlace = {
  /** The same for everything in this process that uses the same file. */
  name: string;
  /** The map's path; `creates` makes the folder when it is missing. */
  locate: (creates: boolean) => Promise<string>;
};

export type SessionMapAccessOptions = {
  place: SessionMapPlace;
  touches: PendingTouches;
  policy: WritePolicy;
  lockWaitMs: number;
};

/** A map whose files are locked. */
export type LockedSessionMap = {
  path: string;
  state: SessionMapState;
  lock: SessionMapLock;
  /** What was remembered of the files does not count any more. */
  forget: () => void;
  /** Folds or removes a journal that has no reason to be there. */
  tidy: () => Promise<void>;
};

export type EditOptions = {
  /** The folder is made when it is missing; without this, a missing map counts as an empty one. */
  creates?: boolean;
  /** Leaves everything in the snapshot, where a person can read it. */
  folds?: boolean;
};

/** One store's way to the map's files. It remembers what it has read for as long as the files stay the same. */
export type SessionMapAccess = {
  /** `pick` sees a map that fits the pending touches; what it picks is copied. */
  read<Result>(pick: (index: SessionIndex) => Result): Promise<Result>;
  /** A read-modify-write under the lock, which takes the pending touches along. */
  edit<Result>(change: (draft: SessionMapDraft) => Result, options?: EditOptions): Promise<Result>;
  /** Takes the lock and leaves it to the caller; null when there is no map. */
  hold: () => Promise<LockedSessionMap | null>;
  /** Whether this store knows of a journal that could be folded. */
  hasJournal(): boolean;
};

export function openSessionMap(options: SessionMapAccessOptions): SessionMapAccess {
  const { place, touches, policy, lockWaitMs } = options;
  let remembered: SessionMapState | null = null;
  /** While this store writes: nobody else can change the map, and what stands in the files may be half-way. */
  let writing: SessionIndex | null = null;
  let epoch = 0;

  const present = (index: SessionIndex | null): void => {
    writing = index;
    epoch += 1;
  };

  const load = async (path: string): Promise<SessionMapState | null> => {
    const known = remembered;
    if (known !== null && known.identity === identify(path)) return known;
    const state = await readState(path);
    remembered = state?.damages.length === 0 ? state : null;
    return state;
  };

  const loadLocked = async (path: string, lock: SessionMapLock): Promise<SessionMapState> => {
    const found = await load(path);
    if (found !== null && found.damages.length > 0) {
      const { assertHeld } = lock;
      await repairSessionMap(path, { state: found, now: policy.now(), assertHeld });
    }
    const state = found?.damages.length === 0 ? found : await load(path);
    if (state?.damages.length === 0) return state;
    throw stateUnusable(path, { problem: "is changed by something that takes no lock" });
  };

  const takeLock = async (path: string, deadline: number): Promise<LockedSessionMap> => {
    const lock = await acquireSessionMapLock(path, deadline);
    const forget = (): void => {
      remembered = null;
    };
    const tidy = async (): Promise<void> => {
      const state = await loadLocked(path, lock);
      if (state.journalBytes === 0) await removeJournal(journalPathOf(path));
      else if (isFoldDue(state, policy)) await fold(targetOf({ path, state, lock }));
      forget();
    };
    try {
      return { path, lock, state: await loadLocked(path, lock), forget, tidy };
    } catch (cause) {
      await lock.release();
      throw cause;
    }
  };

  const targetOf = (locked: Pick<LockedSessionMap, "path" | "state" | "lock">): CommitTarget => ({
    path: locked.path,
    state: locked.state,
    policy,
    assertHeld: locked.lock.assertHeld,
    onDurable: () => undefined,
  });

  const locked = <Result>(
    use: (map: LockedSessionMap | null) => Promise<Result>,
    creates: boolean,
  ): Promise<Result> => {
    const deadline = performance.now() + lockWaitMs;
    return inTurn(place.name, async () => {
      const path = await place.locate(creates);
      // Without a file there is nothing to close or remove, and no reason to create one.
      const isThere = creates || identify(path) !== NOTHING;
      return use(isThere ? await takeLock(path, deadline) : null);
    });
  };

  const write = async <Result>(
    map: LockedSessionMap,
    { change, folds }: { change: (draft: SessionMapDraft) => Result; folds: boolean },
  ): Promise<Result> => {
    present(map.state.index);
    const draft = draftOf(map.state.index);
    const taken = touches.applyTo(draft);
    const onDurable = (index: SessionIndex): void => {
      present(index);
      touches.settle(taken.splice(0));
    };
    const result = change(draft);
    const target = { ...targetOf(map), onDurable };
    const changed = draft.change();
    remembered = null;
    if (changed === null) onDurable(map.state.index);
    let state = changed === null ? map.state : await commitChange(target, changed);
    if (folds && state !== null && state.journalBytes > 0) {
      state = await fold({ ...target, state }).catch(() => null);
    }
    remembered = state;
    return result;
  };

  return {
    async read(pick) {
      for (;;) {
        const seen = epoch;
        const state = writing === null ? await load(await place.locate(false)) : null;
        const index = writing ?? (state?.damages.length === 0 ? state.index : null);
        if (index === null) return locked((map) => readLocked(map, pick), false);
        if (seen === epoch) return structuredClone(pick(index));
      }
    },
    edit: (change, { creates = false, folds = false } = {}) =>
      locked(async (map) => {
        if (map === null) return editNothing(touches, change);
        try {
          return await write(map, { change, folds });
        } finally {
          present(null);
          await map.lock.release();
        }
      }, creates),
    hold: () => locked((map) => Promise.resolve(map), false),
    hasJournal: () => remembered !== null && remembered.journalBytes > 0,
  };
}

const NOTHING = "- -";

async function readLocked<Result>(
  map: LockedSessionMap | null,
  pick: (index: SessionIndex) => Result,
): Promise<Result> {
  try {
    return structuredClone(pick(map?.state.index ?? createSessionIndex(emptySessionMap())));
  } finally {
    await map?.lock.release();
  }
}

function editNothing<Result>(touches: PendingTouches, change: (draft: SessionMapDraft) => Result): Result {
  const draft = draftOf(createSessionIndex(emptySessionMap()));
  touches.settle(touches.applyTo(draft));
  return change(draft);
}
