import { constants } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { createFlushTimer } from "../session-map/session-map-flush-timer.ts";
import { STATE_FILE_MODE } from "../session-map/session-map-file.ts";
import type { TurnLogEntry } from "./turn-log-entry.ts";
import { rotateTurnLog, turnLogPathOf } from "./turn-log-files.ts";

/** What turns are noted in. */
export type TurnLog = {
  /** Notes a turn; it is written a little later. Never throws. */
  append(entry: TurnLogEntry): void;
  /** Resolves when what was noted has been written, or could not be: a log keeps nobody waiting for a disk. */
  flush(): Promise<void>;
};

export type FileTurnLogOptions = {
  /** See `turnLogFolderOf`. */
  folder: string;
  /** Hears once when the log cannot be written, until it can be again. */
  log: (message: string) => void;
  /** A file that would grow beyond it is put aside. */
  maxBytes?: number;
  /** So many files that were put aside are kept. */
  keep?: number;
  flushMs?: number;
  now?: () => Date;
};

/** Some 8,000 turns. */
const MAX_BYTES = 4 * 1024 * 1024;
const KEEP = 3;
const FLUSH_MS = 250;
/** Of a disk that takes nothing: the oldest go. */
const MOST_WAITING = 1000;

/**
 * The log in `turns.jsonl`, one line a turn. Several processes may write it at once: each write is whole lines, at the
 * end of the file.
 */
export function createFileTurnLog(options: FileTurnLogOptions): TurnLog {
  const {
    folder,
    log,
    maxBytes = MAX_BYTES,
    keep = KEEP,
    flushMs = FLUSH_MS,
    now = () => new Date(),
  } = options;
  let waiting: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  let failing = false;

  async function write(): Promise<void> {
    const lines = waiting;
    if (lines.length === 0) return;
    waiting = [];
    // What a full disk has cut off must not spoil the next line.
    const text = `${failing ? "\n" : ""}${lines.join("\n")}\n`;
    try {
      await writeAtEnd(folder, { text, maxBytes, rotate: () => rotateTurnLog(folder, { now: now(), keep }) });
      failing = false;
    } catch (cause) {
      waiting = [...lines, ...waiting].slice(-MOST_WAITING);
      if (!failing) log(`turns are not logged in ${turnLogPathOf(folder)}: ${String(cause)}`);
      failing = true;
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  const timer = createFlushTimer({ flushMs, flush, isIdle: () => waiting.length === 0 });

  return {
    append(entry) {
      if (waiting.length >= MOST_WAITING) waiting.shift();
      waiting.push(JSON.stringify(entry));
      timer.start();
    },
    flush,
  };
}

async function writeAtEnd(
  folder: string,
  { text, maxBytes, rotate }: { text: string; maxBytes: number; rotate: () => Promise<void> },
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let handle = await openAtEnd(folder);
  try {
    const { size } = await handle.stat();
    if (size > 0 && size + Buffer.byteLength(text) > maxBytes) {
      await handle.close();
      await rotate();
      handle = await openAtEnd(folder);
    }
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

async function openAtEnd(folder: string): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(
    turnLogPathOf(folder),
    O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY,
    STATE_FILE_MODE,
  );
  // The umask of the process may have taken bits away, and a person may have given some.
  await handle.chmod(STATE_FILE_MODE).catch(() => undefined);
  return handle;
}
