import { readdir, readFile } from "node:fs/promises";

/** Command lines of the running processes whose environment or command line names a folder (Linux). */
export async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
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
