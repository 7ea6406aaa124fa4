import { lstat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { ContractorError } from "../../errors/contractor-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import { asStateError, errnoOf } from "./session-map-file.ts";
import { readLockOwner, removeLockOwnerSync, writeLockOwnerSync } from "./session-map-lock-owner.ts";
import {
  LOCK_STALE_MS,
  lockIdentityOf,
  lockIdentityOfSync,
  reclaimLock,
} from "./session-map-lock-reclaim.ts";

const LOCK_POLL_MS = 25;
const LOCK_REFRESH_MS = LOCK_STALE_MS / 4;
/** proper-lockfile removes stale locks without a look at whose they are; `reclaimLock` does it instead. */
const NEVER_STALE_MS = 10 ** 12;

/** What is locked, for the errors of whoever cannot have it. */
export type LockedThing = { name: string; code: ErrorCode };

const SESSION_MAP: LockedThing = { name: "session map", code: "session-map-locked" };

export type SessionMapLock = {
  /** Rejects with `session-map-locked` (or the thing's own code) when another process took the lock over. */
  assertHeld: () => Promise<void>;
  assertHeldSync: () => void;
  release: () => Promise<void>;
};

/**
 * The lock of a map, or of another file of the state folder, for one read-modify-write. `deadline`: the
 * `performance.now()` after which nobody waits any more; it is tried at least once. Errors: `session-map-locked` (or the
 * thing's own code), `state-unusable`.
 */
export async function acquireSessionMapLock(
  path: string,
  deadline: number,
  thing: LockedThing = SESSION_MAP,
): Promise<SessionMapLock> {
  const lockPath = `${path}.lock`;
  const ownerPath = `${path}.lock-owner`;
  let compromised = false;
  const release = await lockBefore(deadline, {
    path,
    lockPath,
    ownerPath,
    thing,
    // The default throws outside of every promise, which would end the Gateway.
    onCompromised: () => {
      compromised = true;
    },
  });
  // The lock's refresh notices a lost lock only seconds later, and its release would free somebody else's.
  const identity = lockIdentityOfSync(lockPath);
  if (identity !== null) writeLockOwnerSync(ownerPath, identity);
  const isHeld = (current: string | null): boolean =>
    !compromised && identity !== null && current === identity;
  return {
    assertHeld: async () => {
      if (!isHeld(await lockIdentityOf(lockPath))) throw lostLock(lockPath, thing);
    },
    assertHeldSync: () => {
      if (!isHeld(lockIdentityOfSync(lockPath))) throw lostLock(lockPath, thing);
    },
    release: async () => {
      if (!isHeld(await lockIdentityOf(lockPath))) return;
      removeLockOwnerSync(ownerPath);
      // A lock that cannot be removed goes stale; what was written is written.
      await release().catch(() => undefined);
    },
  };
}

type LockRequest = {
  path: string;
  lockPath: string;
  ownerPath: string;
  thing: LockedThing;
  onCompromised: () => void;
};

/** Tries at least once, and then until the deadline. Resolves to the function that frees the lock. */
async function lockBefore(deadline: number, request: LockRequest): Promise<() => Promise<void>> {
  const { path, lockPath: lockfilePath, ownerPath, onCompromised } = request;
  for (;;) {
    try {
      const options = { lockfilePath, onCompromised, realpath: false, stale: NEVER_STALE_MS };
      return await lockfile.lock(path, { ...options, update: LOCK_REFRESH_MS });
    } catch (cause) {
      if (errnoOf(cause) !== "ELOCKED") throw asStateError(cause, { path: lockfilePath, doing: "created" });
      if (await reclaimLock(lockfilePath, ownerPath)) continue;
      if (performance.now() + LOCK_POLL_MS > deadline) throw await heldLock(request, cause);
    }
    await delay(LOCK_POLL_MS);
  }
}

async function heldLock(
  { lockPath, ownerPath, thing }: Pick<LockRequest, "lockPath" | "ownerPath" | "thing">,
  cause: unknown,
): Promise<ContractorError> {
  const [identity, owner] = await Promise.all([lockIdentityOf(lockPath), readLockOwner(ownerPath)]);
  if (owner === null || owner.lock !== identity) return heldByUnknown({ lockPath, thing }, cause);
  const { pid, command, host, since } = owner;
  return new ContractorError(thing.code, {
    message: `The ${thing.name} is locked: process ${pid} (${command}) on ${host} has held ${lockPath} since ${since}.`,
    mend: "Try again in a moment; if that process hangs, end it.",
    retryable: true,
    cause,
  });
}

async function heldByUnknown(
  { lockPath, thing }: Pick<LockRequest, "lockPath" | "thing">,
  cause: unknown,
): Promise<ContractorError> {
  const stats = await lstat(lockPath).catch(() => null);
  // A file system without birth times says 0; the last refresh is the next best.
  const since = stats?.birthtimeMs || stats?.mtimeMs || Date.now();
  const heldSeconds = Math.max(0, (Date.now() - since) / 1000).toFixed(1);
  return new ContractorError(thing.code, {
    message: `The ${thing.name} is locked: ${lockPath} has been held by another process for ${heldSeconds} s.`,
    mend: `Try again in a moment; a lock that a dead process left frees itself after ${LOCK_STALE_MS / 1000} s.`,
    retryable: true,
    cause,
  });
}

function lostLock(lockPath: string, thing: LockedThing): ContractorError {
  return new ContractorError(thing.code, {
    message: `The ${thing.name} was not written: another process took over ${lockPath} meanwhile.`,
    mend: "Try again in a moment.",
    retryable: true,
  });
}
