import { setTimeout as delay } from "node:timers/promises";
import { readProcessTable } from "./process-table.ts";

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

/**
 * Ends the tree below a group leader: SIGTERM, `graceMs`, then SIGKILL to whatever is left of it. Resolves when nobody
 * is left or the kernel would not say so within one more second.
 */
export async function terminateProcessTree(leader: number, graceMs: number): Promise<void> {
  const left = await groupsOfTree(new Set([leader]));
  for (const group of left) signalGroup(group, "SIGTERM");
  const stubborn = await awaitEnd(left, graceMs);
  for (const group of stubborn) signalGroup(group, "SIGKILL");
  await awaitEnd(stubborn, 1_000);
  liveGroups.delete(leader);
}

/** Resolves to the groups that still have a member when the time is over. */
async function awaitEnd(groups: Set<number>, milliseconds: number): Promise<Set<number>> {
  const deadline = Date.now() + milliseconds;
  let left = groups;
  while (left.size > 0) {
    left = await groupsOfTree(left);
    if (Date.now() >= deadline) break;
    if (left.size > 0) await delay(20);
  }
  return left;
}

/**
 * Those of the groups that have a member, and the groups of everybody below their members: Claude Code gives each
 * command that it runs a group of its own, so that a signal to Claude Code's does not reach it.
 */
async function groupsOfTree(known: Set<number>): Promise<Set<number>> {
  const alive = new Set([...known].filter(isGroupAlive));
  if (alive.size === 0) return alive;
  const table = await readProcessTable();
  if (table.length === 0) return alive;
  const members = new Set(table.filter(({ group }) => alive.has(group)).map(({ pid }) => pid));
  let grown = -1;
  while (grown !== members.size) {
    grown = members.size;
    for (const { pid, parent } of table) if (members.has(parent)) members.add(pid);
  }
  return new Set(table.filter(({ pid }) => members.has(pid)).map(({ group }) => group));
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
