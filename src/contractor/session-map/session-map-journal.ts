import { appendFileSync, closeSync, constants, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { encodeChange, type SessionMapChange } from "./session-map-change.ts";
import { asStateError, STATE_FILE_MODE, syncFolder } from "./session-map-file.ts";

export type JournalEnd = {
  /** The journal itself. */
  path: string;
  /** Where its last whole line ends. What is behind that was torn off by a crash, and is cut off. */
  bytes: number;
};

export type Append = { change: SessionMapChange; assertHeld: () => Promise<void> };
export type SynchronousAppend = { change: SessionMapChange; assertHeld: () => void };

// O_APPEND: should the lock be lost in this very moment, nobody else's line is overwritten.
const APPENDING = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

export function journalPathOf(path: string): string {
  return `${path.replace(/\.json$/, "")}.journal.jsonl`;
}

/**
 * Adds a line durably; resolves to the journal's new length. What could not be written whole is cut back.
 * Errors: `state-unusable`, and whatever `assertHeld` throws.
 */
export async function appendChange(end: JournalEnd, { change, assertHeld }: Append): Promise<number> {
  const line = encodeChange(change);
  try {
    await using handle = await open(end.path, APPENDING, STATE_FILE_MODE);
    await assertHeld();
    try {
      // The umask of the process may have taken bits away.
      if (end.bytes === 0) await handle.chmod(STATE_FILE_MODE);
      await handle.truncate(end.bytes);
      await handle.appendFile(line);
      await handle.sync();
    } catch (cause) {
      await handle.truncate(end.bytes).catch(() => undefined);
      throw cause;
    }
  } catch (cause) {
    throw asStateError(cause, { path: end.path, doing: "written" });
  }
  if (end.bytes === 0) await syncFolder(dirname(end.path));
  return end.bytes + line.length;
}

/** As `appendChange`, for the edge of a transaction that cannot wait; returns the journal's new length. */
export function appendChangeSync(end: JournalEnd, { change, assertHeld }: SynchronousAppend): number {
  const line = encodeChange(change);
  withJournalSync(end.path, (file) => {
    assertHeld();
    try {
      ftruncateSync(file, end.bytes);
      appendFileSync(file, line);
      fsyncSync(file);
    } catch (cause) {
      cutBack(file, end.bytes);
      throw cause;
    }
  });
  if (end.bytes === 0) syncFolderSync(dirname(end.path));
  return end.bytes + line.length;
}

/** Takes back, durably, what was appended since. It needs no room on the disk. */
export function truncateJournalSync(end: JournalEnd): void {
  withJournalSync(end.path, (file) => {
    ftruncateSync(file, end.bytes);
    fsyncSync(file);
  });
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
}

function withJournalSync(path: string, use: (file: number) => void): void {
  try {
    const file = openSync(path, APPENDING, STATE_FILE_MODE);
    try {
      use(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw asStateError(cause, { path, doing: "written" });
  }
}

/** Best effort: readers ignore a torn line, and the next writer cuts it off. */
function cutBack(file: number, bytes: number): void {
  try {
    ftruncateSync(file, bytes);
  } catch {
    // The failure that led here is the one to report.
  }
}

/** Best effort, as `syncFolder`. */
function syncFolderSync(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Some platforms refuse it.
  }
}
