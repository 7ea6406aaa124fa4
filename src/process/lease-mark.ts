import { readFile, readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { listPids } from "./process-table.ts";

/** The variable that holds the id of its lease in a process's environment, and so in that of whatever it starts. */
export const LEASE_VARIABLE = "CONTRACTOR_AGENT_LEASE";

const LOOKS = 5;
const LOOK_AGAIN_MS = 20;

/**
 * Every process that was started with this lease, also those in sessions of their own whose parents have ended.
 * Empty where the system does not tell a process's environment (no /proc).
 */
export function pidsWithLease(id: string): Promise<number[]> {
  return pidsWithEntry((entry) => entry === `${LEASE_VARIABLE}=${id}`);
}

/** The processes with such an entry, as `NAME=value`, in their environment. */
export async function pidsWithEntry(matches: (entry: string) => boolean): Promise<number[]> {
  const found = await Promise.all(
    (await listPids()).map(async (pid) => {
      const environment = await readEnvironment(pid);
      return environment.split("\0").some(matches) ? [pid] : [];
    }),
  );
  return found.flat();
}

/** A process that is just turning to another program shows none, so one that has none is looked at again. */
async function readEnvironment(pid: number): Promise<string> {
  for (let look = 1; look <= LOOKS; look += 1) {
    // Gone since it was listed, or somebody else's.
    const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => null);
    if (environment === null) return "";
    if (environment !== "" || !(await hasProgram(pid))) return environment;
    await delay(LOOK_AGAIN_MS);
  }
  return "";
}

/** A thread of the kernel has none, and neither has what has ended. */
function hasProgram(pid: number): Promise<boolean> {
  return readlink(`/proc/${pid}/exe`).then(
    () => true,
    () => false,
  );
}
