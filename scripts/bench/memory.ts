import { readFile } from "node:fs/promises";
import { processesWithHome } from "../../test/suites/acp-adapter-contract/world-processes.ts";

/** In MB. `resident` counts a page of n processes n times, `proportional` once (an n-th for each). */
export type Memory = { resident: number; proportional: number };

/** The resident memory of all processes with this HOME, in MB. */
export async function memoryOfHome(home: string): Promise<number> {
  return (await memoryOf(await processesWithHome(home))).resident;
}

/** The memory of these processes together. */
export async function memoryOf(pids: number[]): Promise<Memory> {
  const sizes = await Promise.all(pids.map(sizeOf));
  return {
    resident: sizes.reduce((sum, { resident }) => sum + resident, 0),
    proportional: sizes.reduce((sum, { proportional }) => sum + proportional, 0),
  };
}

async function sizeOf(pid: number): Promise<Memory> {
  // Gone since it was listed.
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(rollup)?.[1] ?? 0) / 1_024;
  return { resident: megabytes("Rss"), proportional: megabytes("Pss") };
}
