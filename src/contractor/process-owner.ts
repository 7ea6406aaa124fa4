import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Names one process for as long as anybody may ask: a pid alone is given to another process later. */
export type ProcessOwner = {
  pid: number;
  host: string;
  /** Clock ticks after the boot; null where the system does not tell (no /proc). */
  startTime: string | null;
};

export function currentOwner(): ProcessOwner {
  return { pid: process.pid, host: hostname(), startTime: startTimeOf(process.pid) };
}

/**
 * Whether the process still runs. Of another machine's process nothing is known: it counts as alive.
 * Linux tells a reused pid by its start time (proc_pid_stat(5), field 22).
 */
export function isOwnerAlive(owner: ProcessOwner): boolean {
  if (owner.host !== hostname()) return true;
  if (!exists(owner.pid)) return false;
  const startTime = startTimeOf(owner.pid);
  return owner.startTime === null || startTime === null || startTime === owner.startTime;
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

function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field, the command's name, may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
