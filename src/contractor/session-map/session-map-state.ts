import { setTimeout as delay } from "node:timers/promises";
import { parseJournal } from "./session-map-change.ts";
import type { SessionMapFile } from "./session-map-entry.ts";
import { examine, readStateFile } from "./session-map-file.ts";
import { createSessionIndex, type SessionIndex } from "./session-map-index.ts";
import { journalPathOf } from "./session-map-journal.ts";
import { copyPathOf, emptySessionMap, parseSnapshot } from "./session-map-snapshot.ts";
import { ContractorError } from "../../errors/contractor-error.ts";

/** A map's files as they stood at one moment. */
export type SessionMapState = {
  /** Of the files; another one after every change of them. */
  identity: string;
  index: SessionIndex;
  /** Length of the snapshot; null when there is none. */
  snapshotBytes: number | null;
  /** Length of the journal's whole lines; 0 when there is none. */
  journalBytes: number;
  /** What has to be moved aside before anybody writes; `index` is what could be saved. */
  damages: Damage[];
};

export type Damage = { path: string; problem: string };

const ATTEMPTS = 20;

/**
 * Reads snapshot and journal together, without a lock. Null when they kept changing meanwhile.
 * Errors: `session-map-future-version`, `state-unusable` (a symlink, no regular file, no access).
 */
export async function readState(path: string): Promise<SessionMapState | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const identity = identify(path);
    const snapshot = await readStateFile(path);
    const journal = await readStateFile(journalPathOf(path));
    if (identify(path) === identity) return parseState(path, { identity, snapshot, journal });
    await delay(attempt);
  }
  return null;
}

/**
 * Tells one state of the files from the next: inode, length and times of the snapshot and of the journal.
 * A snapshot is always another file; a journal grows until it is folded into one.
 */
export function identify(path: string): string {
  return `${identityOf(path)} ${identityOf(journalPathOf(path))}`;
}

function identityOf(path: string): string {
  const stats = examine(path, "file");
  if (stats === null) return "-";
  return `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

type Contents = { identity: string; snapshot: Buffer | null; journal: Buffer | null };

async function parseState(path: string, { identity, snapshot, journal }: Contents): Promise<SessionMapState> {
  const damages: Damage[] = [];
  let map = emptySessionMap();
  if (snapshot !== null) {
    const parsed = parseSnapshot(snapshot, path);
    if ("map" in parsed) map = parsed.map;
    else {
      damages.push({ path, problem: parsed.problem });
      map = (await readCopy(path)) ?? map;
    }
  }
  const index = createSessionIndex(map);
  const lines = parseJournal(journal ?? Buffer.alloc(0));
  for (const change of lines.changes) index.apply(change);
  if (lines.problem !== null) damages.push({ path: journalPathOf(path), problem: lines.problem });
  const snapshotBytes = snapshot?.length ?? null;
  return { identity, index, snapshotBytes, journalBytes: lines.bytes, damages };
}

/** Null when there is no copy, or when it is damaged as well. */
async function readCopy(path: string): Promise<SessionMapFile | null> {
  try {
    const bytes = await readStateFile(copyPathOf(path));
    const parsed = bytes === null ? null : parseSnapshot(bytes, path);
    return parsed !== null && "map" in parsed ? parsed.map : null;
  } catch (cause) {
    if (ContractorError.isInstance(cause)) return null;
    throw cause;
  }
}
