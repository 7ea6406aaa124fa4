import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

type ProcessStat = { pid: number; parent: number; cpuMs: number };

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;
const WINDOW_MS = 500;
/** A Gateway at rest uses a few ms in that time. */
const QUIET_CPU_MS = 50;
const SETTLE_LIMIT_MS = 30_000;

/** A process and all below it. */
export async function treeOf(root: number): Promise<number[]> {
  const stats = await statsOf(await allPids());
  const tree = [root];
  // Grows while it is walked.
  for (const pid of tree) tree.push(...stats.filter(({ parent }) => parent === pid).map((stat) => stat.pid));
  return tree;
}

/** Those of the processes whose parent is none of them. */
export async function rootsOf(pids: number[]): Promise<number[]> {
  const stats = await statsOf(pids);
  return stats.filter(({ parent }) => !pids.includes(parent)).map(({ pid }) => pid);
}

/** Waits until these processes have next to nothing to do. False when they did not come to rest in half a minute. */
export async function settled(pids: () => Promise<number[]>): Promise<boolean> {
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  let before = await cpuOf(pids);
  while (Date.now() < deadline) {
    await delay(WINDOW_MS);
    const now = await cpuOf(pids);
    if (cpuBetween(before, now) < QUIET_CPU_MS) return true;
    before = now;
  }
  return false;
}

/** CPU time that was used between two looks; a process that is new has used all of its own in between. */
export function cpuBetween(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  return [...now].reduce((sum, [pid, cpuMs]) => sum + cpuMs - (before.get(pid) ?? 0), 0);
}

/** Ms that a process and all its threads have used; 0 when it is gone. */
export async function cpuOfProcess(pid: number): Promise<number> {
  return (await cpuOf(() => Promise.resolve([pid]))).get(pid) ?? 0;
}

async function cpuOf(pids: () => Promise<number[]>): Promise<Map<number, number>> {
  const stats = await statsOf(await pids());
  return new Map(stats.map(({ pid, cpuMs }) => [pid, cpuMs]));
}

async function allPids(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function statsOf(pids: number[]): Promise<ProcessStat[]> {
  const stats = await Promise.all(
    pids.map(async (pid) => {
      // Gone since it was listed.
      const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      return parseStat(line);
    }),
  );
  return stats.filter((stat) => stat !== null);
}

/** One line of /proc/<pid>/stat: the second field is a name in brackets and may hold anything, brackets too. */
export function parseStat(line: string): ProcessStat | null {
  const end = line.lastIndexOf(")");
  if (end === -1) return null;
  const fields = line.slice(end + 2).split(" ");
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  return { pid: Number.parseInt(line), parent: parent ?? 0, cpuMs: ((user ?? 0) + (system ?? 0)) * TICK_MS };
}
