import { readFile } from "node:fs/promises";
import { processesWithHome } from "../../test/suites/acp-adapter-contract/world-processes.ts";

/** The resident memory of all processes with this HOME, in MB. Pages that they share count more than once. */
export async function memoryOfHome(home: string): Promise<number> {
  const sizes = await Promise.all((await processesWithHome(home)).map(residentKilobytes));
  return sizes.reduce((sum, size) => sum + size, 0) / 1_024;
}

async function residentKilobytes(pid: number): Promise<number> {
  // Gone since it was listed.
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}
