import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { asStateError, errnoOf } from "../session-map/session-map-file.ts";
import { parseTurnLogLine, type TurnLogEntry } from "./turn-log-entry.ts";
import { turnLogArchives, turnLogPathOf } from "./turn-log-files.ts";

/** The turn log from its beginning, and then what is added to it, each turn once, also when files are put aside. */
export type TurnLogReader = {
  /** What is there, oldest first. Rejects with `state-unusable` when a file cannot be read. */
  past(): AsyncGenerator<TurnLogEntry>;
  /** What has been added since the last look. Rejects as `past`. */
  news(): AsyncGenerator<TurnLogEntry>;
  close(): Promise<void>;
};

const CHUNK_BYTES = 64 * 1024;

/** A log that is not there yet is an empty one. */
export async function openTurnLog(folder: string): Promise<TurnLogReader> {
  const path = turnLogPathOf(folder);
  // Before the files that were put aside are listed: this one may be put aside meanwhile.
  let current = await openTail(path);

  async function* older(): AsyncGenerator<TurnLogEntry> {
    for (const archive of await turnLogArchives(folder)) {
      const tail = await openTail(archive);
      if (tail === null) continue;
      try {
        if (tail.inode !== current?.inode) yield* tail.entries();
      } finally {
        await tail.close();
      }
    }
  }

  async function* news(): AsyncGenerator<TurnLogEntry> {
    const wasReplaced = current !== null && (await inodeOf(path)) !== current.inode;
    if (current !== null) yield* current.entries();
    if (current !== null && !wasReplaced) return;
    await current?.close();
    current = await openTail(path);
    if (current !== null) yield* current.entries();
  }

  return {
    async *past() {
      yield* guarded(folder, older());
      yield* guarded(folder, news());
    },
    news: () => guarded(folder, news()),
    async close() {
      await current?.close();
      current = null;
    },
  };
}

/** One file, read on from where it was left. */
type Tail = { inode: bigint; entries(): AsyncGenerator<TurnLogEntry>; close(): Promise<void> };

async function openTail(path: string): Promise<Tail | null> {
  const handle = await openIfThere(path);
  return handle === null ? null : tailOf(handle, (await handle.stat({ bigint: true })).ino);
}

function tailOf(handle: FileHandle, inode: bigint): Tail {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  let rest = "";

  async function* entries(): AsyncGenerator<TurnLogEntry> {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split("\n");
      rest = lines.pop() ?? "";
      yield* lines.map(parseTurnLogLine).filter((entry) => entry !== null);
    }
  }

  return { inode, entries, close: () => handle.close() };
}

/** Nothing where there is no such file. */
async function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return null;
    throw asStateError(cause, { path, doing: "read" });
  });
}

async function inodeOf(path: string): Promise<bigint | null> {
  return stat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => null,
  );
}

async function* guarded(folder: string, entries: AsyncGenerator<TurnLogEntry>): AsyncGenerator<TurnLogEntry> {
  try {
    yield* entries;
  } catch (cause) {
    throw asStateError(cause, { path: folder, doing: "read" });
  }
}
