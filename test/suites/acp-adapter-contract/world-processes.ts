import { readdir, readFile } from "node:fs/promises";

/**
 * The processes that run with this HOME, by pid, in every process group: whatever an agent starts inherits it.
 * A process that has ended and is not yet reaped has no environment any more, so it does not count.
 */
export async function processesWithHome(home: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const ours = await Promise.all(
    pids.map(async (pid) => {
      // Gone between the two calls, or somebody else's.
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(`HOME=${home}`) ? [Number(pid)] : [];
    }),
  );
  return ours.flat();
}

/** After a test that has failed: nothing of its world outlives it. */
export async function killProcessesWithHome(home: string): Promise<void> {
  for (const pid of await processesWithHome(home)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone meanwhile.
    }
  }
}
