import { spawn } from "node:child_process";
import { currentOwner } from "./process-owner.ts";

/** The reaper's program as text, which scripts/build.ts puts here. Where the sources run, there is none. */
declare const REAPER_PROGRAM: string | undefined;

/**
 * Waits for the end of its standard input. One that nobody announced is the death of the owner: then the reaper runs in
 * its place. The program is text, because the host deletes its copy of a plugin when it ends.
 */
const SCRIPT =
  'while read -r line; do [ "$line" = done ] && exit 0; done; exec "$1" --input-type=module --eval "$REAPER"';

export type ProcessGuard = {
  /** False when it has ended, or never began: then nobody watches. */
  readonly alive: boolean;
  /** Nothing is left that it should see to. */
  dismiss(): void;
};

/**
 * Starts a process that outlives this one, however this one ends, and then reaps the folder's leases. It holds no file
 * and no port, and keeps this process from nothing. Its command line names neither OpenClaw nor the folder: who ends
 * everything of that name would end it as well.
 * Null on Windows.
 */
export function startProcessGuard(folder: string, program = reaperProgram()): ProcessGuard | null {
  if (process.platform === "win32") return null;
  const environment = {
    PATH: process.env["PATH"] ?? "",
    REAPER: program,
    LEASE_FOLDER: folder,
    LEASE_OWNER: JSON.stringify(currentOwner()),
  };
  const child = spawn("/bin/sh", ["-c", SCRIPT, "contractor-agent-guard", process.execPath], {
    cwd: "/",
    env: environment,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  let alive = true;
  const ended = (): void => {
    alive = false;
  };
  child.once("error", ended).once("exit", ended).unref();
  // Its end is told by the exit, not by a write that fails.
  child.stdin.on("error", () => undefined);
  return {
    get alive() {
      return alive;
    },
    dismiss() {
      child.stdin.end("done\n");
    },
  };
}

function reaperProgram(): string {
  if (typeof REAPER_PROGRAM === "string") return REAPER_PROGRAM;
  return `await import(${JSON.stringify(new URL("./reap.ts", import.meta.url).href)});`;
}
