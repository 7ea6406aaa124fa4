import { hostname } from "node:os";
import { readLeaseFiles, removeLeaseFile, type ProcessLease } from "./lease-file.ts";
import { pidsWithEntry, pidsWithLease } from "./lease-mark.ts";
import { identityOf } from "./process-identity.ts";
import { isOwnerAlive } from "./process-owner.ts";
import { reapOrphans, type ReapReport } from "./reaper.ts";

/** A file that is being written has another name for an instant. */
const SETTLED_MS = 60_000;

export type OrphanedLease = {
  lease: ProcessLease;
  /** The processes that still run. */
  pids: number[];
};

export type LeaseDiagnosis = {
  /** Leases of this machine whose owner is dead. */
  orphaned: OrphanedLease[];
  /** Files that are no lease, or none that can be read. */
  unreadable: string[];
  /** Pids of living owners that nobody watches; none where the system does not tell. */
  unguarded: number[];
  /** Leases of living owners. */
  live: number;
};

/** What the leases in a folder tell, without ending anybody. */
export async function inspectLeases(folder: string): Promise<LeaseDiagnosis> {
  const files = await readLeaseFiles(folder);
  const unreadable = files.filter(({ lease, age }) => lease === null && age > SETTLED_MS);
  const own = files.flatMap(({ lease }) => (lease?.owner.host === hostname() ? [lease] : []));
  const live = own.filter(({ owner }) => isOwnerAlive(owner));
  const dead = own.filter((lease) => !live.includes(lease));
  return {
    orphaned: await Promise.all(dead.map(async (lease) => ({ lease, pids: await pidsOf(lease) }))),
    unreadable: unreadable.map(({ path }) => path),
    unguarded: await withoutGuard([...new Set(live.map(({ owner }) => owner.pid))]),
    live: live.length,
  };
}

/** Ends what dead owners have left, and removes files that tell of nobody. */
export async function clearLeases(folder: string): Promise<ReapReport & { removed: string[] }> {
  const { unreadable } = await inspectLeases(folder);
  const report = await reapOrphans(folder);
  await Promise.all(unreadable.map(removeLeaseFile));
  return { ...report, removed: unreadable };
}

async function pidsOf(lease: ProcessLease): Promise<number[]> {
  const pids = new Set(await pidsWithLease(lease.id));
  const { pid, startTime, command } = lease;
  const identity = pid === null || startTime === null ? null : await identityOf(pid);
  if (pid !== null && identity?.startTime === startTime && identity.command === command) pids.add(pid);
  return [...pids];
}

/** A guard is told by its environment, which Linux alone shows. */
async function withoutGuard(owners: number[]): Promise<number[]> {
  if (process.platform !== "linux" || owners.length === 0) return [];
  const guarded = await Promise.all(
    owners.map(async (pid) => {
      const guards = await pidsWithEntry((entry) => entry.startsWith(`LEASE_OWNER={"pid":${pid},`));
      return guards.length > 0;
    }),
  );
  return owners.filter((_, index) => !guarded[index]);
}
