import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { hasEnded, parseProcStat, type ProcStat } from "./proc-stat.ts";

/** Names one process for as long as anybody may ask: a pid alone is given to another process later. */
export type ProcessOwner = {
  pid: number;
  host: string;
  /** Clock ticks after the boot; null where the system does not tell (no /proc). */
  startTime: string | null;
};

export function currentOwner(): ProcessOwner {
  return { pid: process.pid, host: hostname(), startTime: statOf(process.pid)?.startTime ?? null };
}

/**
 * Whether the process still runs. Of another machine's process nothing is known: it counts as alive.
 * Linux tells a reused pid by its start time, and one that was killed and that its parent has not noticed by its state.
 */
export function isOwnerAlive(owner: ProcessOwner): boolean {
  if (owner.host !== hostname()) return true;
  if (!exists(owner.pid)) return false;
  const stat = statOf(owner.pid);
  if (stat === null) return true;
  if (hasEnded(stat.state)) return false;
  return owner.startTime === null || stat.startTime === owner.startTime;
}

export function isCurrentProcess(owner: ProcessOwner): boolean {
  const current = currentOwner();
  return owner.pid === current.pid && owner.host === current.host && owner.startTime === current.startTime;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: somebody else's process, and alive.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
}

function statOf(pid: number): ProcStat | null {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    // No /proc, or gone meanwhile.
    return null;
  }
}
