import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { hasEnded, parseProcStat } from "./proc-stat.ts";

/** What tells a process from any other that has, had or will have the same pid. */
export type ProcessIdentity = {
  /** To be compared and nothing else. Linux: clock ticks after which boot; elsewhere the second, as `ps` writes it. */
  startTime: string;
  /** Program and arguments, joined by spaces. */
  command: string;
};

/** Null when there is no such process, when it has ended, and where the system tells nothing. */
export function identityOf(pid: number, platform = process.platform): Promise<ProcessIdentity | null> {
  return platform === "linux" ? identityOfProc(pid) : identityOfPs(pid);
}

async function identityOfProc(pid: number): Promise<ProcessIdentity | null> {
  const read = (path: string): Promise<string> => readFile(path, "utf8");
  try {
    const stat = parseProcStat(await read(`/proc/${pid}/stat`));
    if (stat === null || hasEnded(stat.state)) return null;
    // Hidden in some sandboxes.
    const boot = await read("/proc/sys/kernel/random/boot_id").catch(() => "");
    const command = await read(`/proc/${pid}/cmdline`);
    return {
      startTime: `${stat.startTime}@${boot.trim()}`,
      command: command.split("\0").join(" ").trim(),
    };
  } catch {
    // Gone meanwhile.
    return null;
  }
}

async function identityOfPs(pid: number): Promise<ProcessIdentity | null> {
  const columns = ["-ww", "-o", "lstart=", "-o", "command=", "-p", String(pid)];
  const environment = { ...process.env, LC_ALL: "C" };
  const { stdout } = await promisify(execFile)("ps", columns, { env: environment }).catch(() => ({
    stdout: "",
  }));
  // "Mon Feb  2 15:04:05 2026 /usr/bin/node …"
  const [, startTime, command] = /^(\w+ +\w+ +\d+ [\d:]+ \d+) +(.*)$/.exec(stdout.trim()) ?? [];
  return startTime === undefined || command === undefined ? null : { startTime, command };
}
