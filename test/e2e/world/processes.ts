import { readdir, readFile, readlink } from "node:fs/promises";

/** Command lines of the running processes whose environment or command line names a folder (Linux). */
export async function processesOf(folder: string): Promise<string[]> {
  const found = await Promise.all(
    (await otherPids()).map(async (pid) => {
      // A process may end between the listing and the reading.
      const [command, environment] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
        readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""),
      ]);
      const names = command.includes(folder) || environment.includes(folder);
      return names ? [command.replaceAll("\0", " ").trim()] : [];
    }),
  );
  return found.flat();
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
