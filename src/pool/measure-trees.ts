import { readFile } from "node:fs/promises";
import { readProcessTable } from "../process/process-table.ts";

/** Resident bytes of each process and everything below it, by its pid; trees that are gone have none. */
export type MeasureTrees = (pids: number[]) => Promise<Map<number, number>>;

const PAGE_BYTES = 4_096;

/** Pages that processes share count more than once. Where the system tells no sizes, every tree has 0 bytes. */
export const measureTrees: MeasureTrees = async (pids) => {
  const table = await readProcessTable();
  const children = Map.groupBy(table, ({ parent }) => parent);
  const sizes = pids.map(async (leader): Promise<[number, number]> => {
    const tree = [leader];
    // It grows while it is walked; the table is a tree, so every process is met once.
    for (const pid of tree) tree.push(...(children.get(pid) ?? []).map((row) => row.pid));
    const bytes = await Promise.all(tree.map(residentBytes));
    return [leader, bytes.reduce((sum, size) => sum + size, 0)];
  });
  return new Map(await Promise.all(sizes));
};

/** `/proc/<pid>/statm`: the second number is resident pages (proc_pid_statm(5)). */
async function residentBytes(pid: number): Promise<number> {
  // Gone since it was listed, or a system without /proc.
  const statm = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Number(statm.split(" ")[1] ?? 0) * PAGE_BYTES;
}
