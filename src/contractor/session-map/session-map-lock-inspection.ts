import { lstat } from "node:fs/promises";
import { lifeOf, readLockOwner, type LockOwner } from "./session-map-lock-owner.ts";
import { LOCK_STALE_MS, lockIdentityOf, reclaimLock } from "./session-map-lock-reclaim.ts";

export type LockInspection =
  | { state: "free" }
  /** Somebody writes, or hangs. `owner` is null where it is not known. */
  | { state: "held"; owner: LockOwner | null; since: Date }
  /** Nobody holds it any more; the next writer takes it over. */
  | { state: "left" };

/** Who holds the lock of a file of the state folder, without taking it. */
export async function inspectLock(path: string): Promise<LockInspection> {
  const lockPath = lockPathOf(path);
  const identity = await lockIdentityOf(lockPath);
  const stats = await lstat(lockPath).catch(() => null);
  if (identity === null || stats === null) return { state: "free" };
  const noted = await readLockOwner(ownerPathOf(path));
  const owner = noted?.lock === identity ? noted : null;
  const life = owner === null ? "unknown" : lifeOf(owner);
  if (life === "dead") return { state: "left" };
  if (life === "unknown" && stats.mtimeMs < Date.now() - LOCK_STALE_MS) return { state: "left" };
  // A file system without birth times says 0.
  const since = owner === null ? new Date(stats.birthtimeMs || stats.mtimeMs) : new Date(owner.since);
  return { state: "held", owner, since };
}

/** Removes a lock that nobody holds any more; false when somebody does. */
export function removeLeftLock(path: string): Promise<boolean> {
  return reclaimLock(lockPathOf(path), ownerPathOf(path));
}

function lockPathOf(path: string): string {
  return `${path}.lock`;
}

function ownerPathOf(path: string): string {
  return `${path}.lock-owner`;
}
