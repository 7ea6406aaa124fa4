import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename } from "node:path";
import { z } from "zod";
import { currentOwner, isOwnerAlive } from "../../process/process-owner.ts";
import { STATE_FILE_MODE } from "./session-map-file.ts";

const lockOwnerSchema = z.object({
  pid: z.int(),
  host: z.string(),
  startTime: z.string().nullable(),
  /** ISO timestamp. */
  since: z.string(),
  /** Program and script, without arguments: those may hold secrets. */
  command: z.string(),
  /** Which lock it is about; after a crash the file may be about an earlier one. */
  lock: z.string(),
});

/** Who holds the lock, in a file beside it. */
export type LockOwner = z.infer<typeof lockOwnerSchema>;

let self: Pick<LockOwner, "pid" | "host" | "startTime" | "command"> | undefined;

/**
 * Best effort: a lock without a known owner is as good a lock. Synchronous, as its removal, because a process that is
 * killed while its lock has no known owner holds everybody up until the lock is stale.
 */
export function writeLockOwnerSync(path: string, lock: string): void {
  self ??= { ...currentOwner(), command: commandOf(process.argv) };
  const owner: LockOwner = { ...self, since: new Date().toISOString(), lock };
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, STATE_FILE_MODE);
    try {
      writeSync(file, JSON.stringify(owner));
    } finally {
      closeSync(file);
    }
  } catch {
    // A full disk, for example: whoever waits for the lock sees its age.
  }
}

/** Null when nobody wrote, or when it cannot be read (yet). */
export async function readLockOwner(path: string): Promise<LockOwner | null> {
  try {
    const flag = constants.O_RDONLY | constants.O_NOFOLLOW;
    return lockOwnerSchema.parse(JSON.parse(await readFile(path, { encoding: "utf8", flag })));
  } catch {
    return null;
  }
}

/** Best effort: one that is left is about a lock that is gone. */
export function removeLockOwnerSync(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // As said.
  }
}

/** `unknown`: another machine's process, or one that might be another with the same pid. */
export function lifeOf(owner: LockOwner): "alive" | "dead" | "unknown" {
  if (owner.host !== hostname()) return "unknown";
  if (!isOwnerAlive(owner)) return "dead";
  return owner.startTime === null ? "unknown" : "alive";
}

function commandOf([program = "", script = ""]: string[]): string {
  return [program, script]
    .filter(Boolean)
    .map((part) => basename(part))
    .join(" ");
}
