import { setTimeout as delay } from "node:timers/promises";
import { pidsWithLease } from "./lease-mark.ts";
import { readProcessTable } from "./process-table.ts";

/** For the kernel to end what was killed. */
const LAST_WAIT_MS = 1_000;

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

/** Who belongs together. Descendants of its members always do. */
export type ProcessTree = {
  /** The leader of a process group; null when it is not known to be the one that was started. */
  leader: number | null;
  /** The id of the lease that its members carry in their environment; null when it has none. */
  lease: string | null;
};

/** `found`: somebody was there to be ended. `gone`: nobody is left. */
export type TreeEnd = { found: boolean; gone: boolean };

/**
 * Ends a tree: SIGTERM, `graceMs`, then SIGKILL to whatever is left of it. Resolves when nobody is left or the kernel
 * would not say so within one more second.
 */
export async function terminateProcessTree(tree: ProcessTree, graceMs: number): Promise<TreeEnd> {
  const found = await groupsOfTree(tree);
  signalGroups(found, "SIGTERM");
  const stubborn = await awaitEnd(found, graceMs);
  // Whoever was born or orphaned since then is told by the lease alone.
  const late = await groupsOfTree({ ...tree, leader: null });
  const gone = await killTree({ ...tree, leader: null }, new Set([...stubborn, ...late]));
  if (tree.leader !== null) liveGroups.delete(tree.leader);
  return { found: found.size + late.size > 0, gone };
}

async function killTree(tree: ProcessTree, groups: Set<number>): Promise<boolean> {
  const deadline = Date.now() + LAST_WAIT_MS;
  let left = groups;
  while (left.size > 0 && Date.now() < deadline) {
    signalGroups(left, "SIGKILL");
    left = await awaitEnd(left, deadline - Date.now());
    if (left.size === 0) left = await groupsOfTree(tree);
  }
  return left.size === 0;
}

/** Resolves to the groups that still have a member when the time is over. */
async function awaitEnd(groups: Set<number>, milliseconds: number): Promise<Set<number>> {
  const deadline = Date.now() + milliseconds;
  let left = groups;
  while (left.size > 0) {
    left = await liveGroupsBelow(left);
    if (Date.now() >= deadline) break;
    if (left.size > 0) await delay(20);
  }
  return left;
}

async function groupsOfTree({ leader, lease }: ProcessTree): Promise<Set<number>> {
  // Before the table is read, so that it has them and what they started meanwhile.
  const marked = lease === null ? [] : await pidsWithLease(lease);
  return liveGroupsBelow(new Set(leader === null ? [] : [leader]), marked);
}

/**
 * Those of the groups that have a member, and the groups of these processes and of everybody below: Claude Code gives
 * each command that it runs a group of its own, so that a signal to Claude Code's does not reach it.
 */
async function liveGroupsBelow(groups: Set<number>, pids: number[] = []): Promise<Set<number>> {
  const alive = new Set([...groups].filter(isGroupAlive));
  if (alive.size === 0 && pids.length === 0) return alive;
  const table = await readProcessTable();
  if (table.length === 0) return alive;
  const members = new Set(table.filter(({ group }) => alive.has(group)).map(({ pid }) => pid));
  for (const pid of pids) members.add(pid);
  let grown = -1;
  while (grown !== members.size) {
    grown = members.size;
    for (const { pid, parent } of table) if (members.has(parent)) members.add(pid);
  }
  // Never ours, whatever is asked for, nor 0, which means ours: in a container it stands for a group outside.
  const own = table.find(({ pid }) => pid === process.pid)?.group;
  const found = table.filter(({ pid, group }) => members.has(pid) && group > 1 && group !== own);
  return new Set(found.map(({ group }) => group));
}

function signalGroups(groups: Set<number>, signal: NodeJS.Signals): void {
  for (const group of groups) signalGroup(group, signal);
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
