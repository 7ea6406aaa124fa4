import { lstatSync, mkdirSync, rmdirSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { lifeOf, readLockOwner } from "./session-map-lock-owner.ts";

/** A lock whose owner is not known shows life by its time of change, which proper-lockfile refreshes. */
export const LOCK_STALE_MS = 8000;

/** Tells one lock folder from the next one of the same name; null when there is none. Inode numbers are used again. */
export async function lockIdentityOf(lockPath: string): Promise<string | null> {
  const stats = await lstat(lockPath, { bigint: true }).catch(() => null);
  return stats === null ? null : `${stats.ino}:${stats.birthtimeNs}`;
}

/** As `lockIdentityOf`. */
export function lockIdentityOfSync(lockPath: string): string | null {
  try {
    const { ino, birthtimeNs } = lstatSync(lockPath, { bigint: true });
    return `${ino}:${birthtimeNs}`;
  } catch {
    return null;
  }
}

/** Removes the lock of a dead process. True when it is worth to try at once to get the lock. */
export async function reclaimLock(lockPath: string, ownerPath: string): Promise<boolean> {
  const identity = await lockIdentityOf(lockPath);
  if (identity === null) return true;
  const owner = await readLockOwner(ownerPath);
  const life = owner?.lock === identity ? lifeOf(owner) : "unknown";
  if (life === "alive") return false;
  if (life === "unknown" && !isStale(lockPath)) return false;
  return removeGuarded(lockPath, identity);
}

/**
 * Two processes may find the same dead lock. Without the guard, the slower one would remove the fresh lock that the
 * faster one has taken meanwhile. Nothing here waits, so that the guard stands for microseconds.
 */
function removeGuarded(lockPath: string, identity: string): boolean {
  const guard = `${lockPath}-reclaim`;
  try {
    mkdirSync(guard);
  } catch {
    if (isStale(guard)) removeFolder(guard);
    return false;
  }
  try {
    return lockIdentityOfSync(lockPath) === identity && removeFolder(lockPath);
  } finally {
    removeFolder(guard);
  }
}

function isStale(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.mtimeMs < Date.now() - LOCK_STALE_MS;
}

function removeFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
