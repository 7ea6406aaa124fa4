import { setTimeout as delay } from "node:timers/promises";

/** Process groups that this Node process started and has not yet seen end. */
const liveGroups = new Set<number>();
let exitHandlerInstalled = false;

/**
 * Remembers a process group so that it ends with this Node process, whatever the reason of a regular exit.
 * The group leader must have been started `detached`.
 */
export function ownProcessGroup(pid: number): void {
  liveGroups.add(pid);
  if (exitHandlerInstalled) return;
  exitHandlerInstalled = true;
  process.once("exit", () => {
    for (const group of liveGroups) signalGroup(group, "SIGKILL");
  });
}

/** Forgets a group whose members are all known to be gone. */
export function disownProcessGroup(pid: number): void {
  liveGroups.delete(pid);
}

/**
 * Ends a process group: SIGTERM, `graceMs`, then SIGKILL to whatever is left of it. Resolves when no member is left
 * or the kernel would not say so within one more second.
 */
export async function terminateProcessGroup(pid: number, graceMs: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  if (!(await goneWithin(pid, graceMs))) {
    signalGroup(pid, "SIGKILL");
    await goneWithin(pid, 1_000);
  }
  disownProcessGroup(pid);
}

async function goneWithin(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isGroupAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await delay(20);
  }
  return true;
}

function isGroupAlive(pid: number): boolean {
  return signalGroup(pid, 0);
}

/** False when the group has no member left. EPERM means that one is alive but not ours to signal. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
