import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * OpenClaw's own workers, `<name>.worker.js` and `process/spawn-broker/worker.js`, end by themselves, some of them when their
 * Gateway is gone already.
 */
const WORKER_OF_OPENCLAW = /\/node_modules\/openclaw\/dist\/\S*(?:\.|\/spawn-broker\/)worker\.js\b/;

/**
 * Command lines of the running processes whose environment or command line names a folder, but for OpenClaw's own workers
 * (Linux).
 */
export async function processesOf(folder: string): Promise<string[]> {
  const found = await Promise.all(
    (await otherPids()).map(async (pid) => {
      // A process may end between the listing and the reading.
      const [command, environment] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
        readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""),
      ]);
      const names = command.includes(folder) || environment.includes(folder);
      return names && !WORKER_OF_OPENCLAW.test(command) ? [command.replaceAll("\0", " ").trim()] : [];
    }),
  );
  return found.flat();
}

/** What a process is, for whoever reads that it should not be there: its pid, state, parent and command line (Linux). */
export async function commandOf(pid: number): Promise<string> {
  const [stat, command] = await Promise.all(
    ["stat", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "gone by now")),
  );
  return `${stat?.split(" ").slice(0, 5).join(" ") ?? ""}: ${command?.replaceAll("\0", " ").trim() ?? ""}`;
}

/** Pids of the processes that work in a folder: an adapter, its `claude`, and what that runs (Linux). */
export async function pidsWorkingIn(folder: string): Promise<number[]> {
  const found = await Promise.all(
    (await otherPids()).map(async (pid) => {
      const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => "");
      return workingDirectory === folder ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

async function otherPids(): Promise<string[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}
