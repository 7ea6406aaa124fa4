import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { ContractorError } from "../errors/contractor-error.ts";
import { ensureStateDir, locateSessionMap, sessionMapPathOf } from "./runtime-state.ts";
import type { SessionMapFile } from "./session-map-entry.ts";
import {
  asStateError,
  errnoOf,
  readSessionMapFile,
  requireKind,
  writeSessionMapFile,
} from "./session-map-file.ts";
import type { SessionMapStore } from "./session-map-store.ts";
import {
  closeEntry,
  emptySessionMap,
  findActive,
  listEntries,
  orphanEntry,
  putEntry,
  removeAgentEntries,
  type SessionMapChange,
} from "./session-map.ts";

const LOCK_WAIT_MS = 5000;
const LOCK_POLL_MS = 25;
const LOCK_STALE_MS = 10_000;

export type FileSessionMapStoreOptions = (
  | {
      /** The map file itself; its folder must exist before the first `put`. */
      path: string;
    }
  | {
      /** A workspace: `put` makes the state folder when it is missing, and no symlink below the workspace is followed. */
      workspace: string;
    }
) & {
  /** Milliseconds that a write waits, in all, for a lock that somebody else holds. */
  lockWaitMs?: number;
};

type Edit<Result> = (map: SessionMapFile) => SessionMapChange<Result>;

/**
 * The session map in a file that several processes may use at once: a lock around every read-modify-write, none
 * around a read, because a write replaces the file as a whole.
 *
 * Errors: as `SessionMapStore` says; with a workspace also `workspace-missing` and `workspace-not-a-folder`.
 */
export function createFileSessionMapStore(options: FileSessionMapStoreOptions): SessionMapStore {
  const name = resolve("path" in options ? options.path : sessionMapPathOf(options.workspace));
  const locate = async (): Promise<string> =>
    "path" in options ? options.path : await locateSessionMap(options.workspace);
  const read = async (): Promise<SessionMapFile> => readSessionMapFile(await locate());

  const change = <Result>(edit: Edit<Result>, { creates = false } = {}): Promise<Result> => {
    const deadline = performance.now() + (options.lockWaitMs ?? LOCK_WAIT_MS);
    return inTurn(name, async () => {
      if (creates && "workspace" in options) await ensureStateDir(options.workspace);
      const path = await locate();
      // Without a file there is nothing to close or remove, and no reason to create one.
      if (!creates && !(await requireKind(path, "file"))) return edit(emptySessionMap()).result;
      return editFile(path, { edit, deadline });
    });
  };

  return {
    get: async (key) => findActive(await read(), key),
    put: (entry) => change((map) => putEntry(map, entry), { creates: true }),
    close: (key) => change((map) => closeEntry(map, key)),
    markOrphaned: (key) => change((map) => orphanEntry(map, key)),
    list: async (agentId) => listEntries(await read(), agentId),
    removeAgent: (agentId) => change((map) => removeAgentEntries(map, agentId)),
  };
}

type FileEdit<Result> = {
  edit: Edit<Result>;
  /** `performance.now()` after which nobody waits for the lock any more. */
  deadline: number;
};

async function editFile<Result>(path: string, { edit, deadline }: FileEdit<Result>): Promise<Result> {
  const lock = await acquireLock(path, deadline);
  try {
    const before = await readSessionMapFile(path);
    const { map, result } = edit(before);
    if (map !== before) await writeSessionMapFile(path, { map, beforeRename: lock.assertHeld });
    return result;
  } finally {
    await lock.release();
  }
}

type Lock = { assertHeld: () => Promise<void>; release: () => Promise<void> };

async function acquireLock(path: string, deadline: number): Promise<Lock> {
  const lockPath = `${path}.lock`;
  let compromised = false;
  const release = await lockBefore(deadline, {
    path,
    lockPath,
    // The default throws outside of every promise, which would end the Gateway.
    onCompromised: () => {
      compromised = true;
    },
  });
  // The lock's refresh notices a lost lock only seconds later, and its release would free somebody else's.
  const identity = await identityOf(lockPath);
  const isHeld = async (): Promise<boolean> =>
    !compromised && identity !== null && (await identityOf(lockPath)) === identity;
  return {
    assertHeld: async () => {
      if (!(await isHeld())) throw lostLock(lockPath);
    },
    release: async () => {
      // A lock that cannot be removed goes stale; what was written is written.
      if (await isHeld()) await release().catch(() => undefined);
    },
  };
}

type LockRequest = { path: string; lockPath: string; onCompromised: () => void };

/** Tries at least once, and then until the deadline. Resolves to the function that frees the lock. */
async function lockBefore(deadline: number, request: LockRequest): Promise<() => Promise<void>> {
  const { path, lockPath: lockfilePath, onCompromised } = request;
  for (;;) {
    try {
      const options = { lockfilePath, onCompromised, realpath: false, stale: LOCK_STALE_MS };
      return await lockfile.lock(path, { ...options, update: LOCK_STALE_MS / 2 });
    } catch (cause) {
      if (errnoOf(cause) !== "ELOCKED") throw asStateError(cause, { path: lockfilePath, doing: "created" });
      if (performance.now() + LOCK_POLL_MS > deadline) throw await heldLock(lockfilePath, cause);
    }
    await delay(LOCK_POLL_MS);
  }
}

/** Tells one lock folder from the next one of the same name; null when there is none. Inode numbers are used again. */
async function identityOf(lockPath: string): Promise<string | null> {
  const stats = await lstat(lockPath, { bigint: true }).catch(() => null);
  return stats === null ? null : `${stats.ino}:${stats.birthtimeNs}`;
}

async function heldLock(lockPath: string, cause: unknown): Promise<ContractorError> {
  const stats = await lstat(lockPath).catch(() => null);
  // A file system without birth times says 0; the last refresh is the next best.
  const since = stats?.birthtimeMs || stats?.mtimeMs || Date.now();
  const heldSeconds = Math.max(0, (Date.now() - since) / 1000).toFixed(1);
  return new ContractorError("session-map-locked", {
    message: `The session map is locked: ${lockPath} has been held by another process for ${heldSeconds} s.`,
    mend: `Try again in a moment; a lock that a dead process left frees itself after ${LOCK_STALE_MS / 1000} s.`,
    retryable: true,
    cause,
  });
}

function lostLock(lockPath: string): ContractorError {
  return new ContractorError("session-map-locked", {
    message: `The session map was not written: another process took over ${lockPath} meanwhile.`,
    mend: "Try again in a moment.",
    retryable: true,
  });
}

const lastInTurn = new Map<string, Promise<unknown>>();

/** In the order of the calls in this process; between processes and copies of this module, the lock does it. */
async function inTurn<Result>(name: string, job: () => Promise<Result>): Promise<Result> {
  const turn = (lastInTurn.get(name) ?? Promise.resolve()).then(job, job);
  lastInTurn.set(name, turn);
  try {
    return await turn;
  } finally {
    if (lastInTurn.get(name) === turn) lastInTurn.delete(name);
  }
}
