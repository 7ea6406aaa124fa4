import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { readLeaseFiles, removeLeaseFile, type LeaseFile, type ProcessLease } from "./lease-file.ts";
import { identityOf } from "./process-identity.ts";
import { isOwnerAlive } from "./process-owner.ts";
import { terminateProcessTree, type TreeEnd } from "./process-tree.ts";

const TERMINATE_GRACE_MS = 2_000;
/** A child that was just forked shows its parent's environment until it runs its own program. */
const FORK_MS = 250;
/** After this without a sign of life, a file tells of nothing any more. */
const STALE_AFTER_MS = 24 * 60 * 60_000;

export type ReapReport = {
  /** Leases of which something still ran and was ended. */
  ended: ProcessLease[];
  /** Leases of which something still runs; they are kept. */
  left: ProcessLease[];
};

/**
 * Ends what the leases of dead owners name, and nothing else: the leader when pid, start time and command are the ones
 * that were noted, whoever carries the lease's id in its environment, and everybody below these. A lease of nobody is
 * removed. Of another machine's leases, and of files that are no lease, only those are, after a day without a sign of
 * life; nobody is ended for them.
 */
export async function reapOrphans(folder: string, graceMs = TERMINATE_GRACE_MS): Promise<ReapReport> {
  const report: ReapReport = { ended: [], left: [] };
  const reap = async ({ path, lease, age }: LeaseFile): Promise<void> => {
    if (lease === null || lease.owner.host !== hostname()) {
      if (age > STALE_AFTER_MS) await removeLeaseFile(path);
      return;
    }
    if (isOwnerAlive(lease.owner)) return;
    const { found, gone } = await endLeased(lease, graceMs);
    if (gone) await removeLeaseFile(path);
    if (!gone) report.left.push(lease);
    else if (found) report.ended.push(lease);
  };
  await Promise.all((await readLeaseFiles(folder)).map(reap));
  return report;
}

/** Ends what one lease names, whoever its owner is. */
export async function endLeased(lease: ProcessLease, graceMs = TERMINATE_GRACE_MS): Promise<TreeEnd> {
  if (lease.pid === null) await delay(FORK_MS);
  const leader = (await isSameProcess(lease)) ? lease.pid : null;
  return terminateProcessTree({ leader, lease: lease.id }, graceMs);
}

async function isSameProcess({ pid, startTime, command }: ProcessLease): Promise<boolean> {
  if (pid === null || startTime === null) return false;
  const identity = await identityOf(pid);
  return identity?.startTime === startTime && identity.command === command;
}
