import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { hasEnded, parseProcStat } from "./proc-stat.ts";

export type ProcessRow = { pid: number; parent: number; group: number };

/**
 * Every process that runs. Those that have ended and wait for their parent to notice are left out: an orphan waits for
 * init, and in a container there may be no init that ever does.
 * Empty where the system tells nothing.
 */
export function readProcessTable(platform = process.platform): Promise<ProcessRow[]> {
  return platform === "linux" ? tableOfProc() : tableOfPs();
}

/** The pids that `/proc` lists; empty where there is none. */
export async function listPids(): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function tableOfProc(): Promise<ProcessRow[]> {
  const rows = await Promise.all((await listPids()).map(rowOfProc));
  return rows.flat();
}

async function rowOfProc(pid: number): Promise<ProcessRow[]> {
  // Gone since it was listed.
  const stat = parseProcStat(await readFile(`/proc/${pid}/stat`, "latin1").catch(() => ""));
  if (stat === null || hasEnded(stat.state)) return [];
  return [{ pid, parent: stat.parent, group: stat.group }];
}

async function tableOfPs(): Promise<ProcessRow[]> {
  // An option a column: where several stand in one, BSD takes all behind the first "=" for its heading.
  const columns = ["-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat="];
  const { stdout } = await promisify(execFile)("ps", ["-A", ...columns]).catch(() => ({ stdout: "" }));
  return stdout.split("\n").flatMap((line) => {
    const [pid, parent, group, state = "Z"] = line.trim().split(/\s+/);
    if (hasEnded(state)) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
  });
}
