import { readdir, readFile } from "node:fs/promises";
import { execa } from "execa";

export type ProcessRow = { pid: number; parent: number; group: number };

/**
 * Every process that runs. Those that have ended and wait for their parent to notice are left out: an orphan waits for
 * init, and in a container there may be no init that ever does.
 * Empty where the system tells nothing.
 */
export async function readProcessTable(): Promise<ProcessRow[]> {
  const lines = process.platform === "linux" ? await linesOfProc() : await linesOfPs();
  return lines.flatMap((line) => {
    const [pid, parent, group, state = "Z"] = line.trim().split(/\s+/);
    if (/^[ZX]/.test(state)) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
  });
}

async function linesOfProc(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map(lineOfProc));
}

/** `/proc/<pid>/stat` is "pid (name) state ppid pgrp …", where the name may hold anything. */
async function lineOfProc(pid: string): Promise<string> {
  // Gone since it was listed.
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return `${pid} ${parent ?? ""} ${group ?? ""} ${state ?? ""}`;
}

async function linesOfPs(): Promise<string[]> {
  const ps = await execa("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat="], { reject: false, lines: true });
  return ps.failed ? [] : ps.stdout;
}
