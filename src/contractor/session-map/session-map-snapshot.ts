import { constants } from "node:fs";
import { copyFile, link, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { ContractorError } from "../../errors/contractor-error.ts";
import { SESSION_MAP_VERSION, sessionMapFileSchema, type SessionMapFile } from "./session-map-entry.ts";
import {
  asStateError,
  decodeUtf8,
  errnoOf,
  requireKind,
  syncFolder,
  temporaryPathOf,
  writeNewFile,
} from "./session-map-file.ts";

export type SnapshotWrite = {
  map: SessionMapFile;
  /** Runs when the new content is on disk under a temporary name; a rejection leaves the old content in place. */
  beforeRename?: () => Promise<void>;
};

/** What the bytes of a snapshot turned out to be. `problem` is a clause that follows the file's name. */
export type ParsedSnapshot = { map: SessionMapFile } | { problem: string };

export function emptySessionMap(): SessionMapFile {
  return { version: SESSION_MAP_VERSION, sessions: [] };
}

/** The second copy of the snapshot, from which a damaged one is restored. */
export function copyPathOf(path: string): string {
  return `${path}.copy`;
}

/** Errors: `session-map-future-version`; that file is whole, only not ours to read. */
export function parseSnapshot(bytes: Uint8Array, path: string): ParsedSnapshot {
  const json = parseJson(bytes);
  if (json === undefined) return { problem: bytes.length === 0 ? "is empty" : "is not JSON" };
  if (isRecord(json) && typeof json["version"] === "number" && json["version"] > SESSION_MAP_VERSION) {
    throw new ContractorError("session-map-future-version", {
      message: `${path} has version ${json["version"]}, and this plugin knows version ${SESSION_MAP_VERSION}.`,
      mend: "Update the plugin; the file was written by a newer one and stays as it is.",
    });
  }
  const parsed = sessionMapFileSchema.safeParse(json);
  if (parsed.success) return { map: parsed.data };
  return { problem: `is not a session map: ${firstProblemOf(parsed.error)}` };
}

/** One problem is enough to find the place, and a map with a hundred bad entries has hundreds. */
export function firstProblemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? error.message : `${issue.path.join(".") || "the whole"}: ${issue.message}`;
}

/**
 * Replaces the snapshot as a whole: temporary file in the same folder, fsync, rename. A failed write leaves the previous
 * content and no temporary file. Callers hold the lock. Resolves to the snapshot's length in bytes.
 *
 * Errors: `state-unusable`, and whatever `beforeRename` throws.
 */
export async function writeSnapshot(path: string, { map, beforeRename }: SnapshotWrite): Promise<number> {
  requireKind(path, "file");
  const content = `${JSON.stringify(map, null, 2)}\n`;
  const temporary = temporaryPathOf(path);
  try {
    await writeNewFile(temporary, { content, sync: true });
    await beforeRename?.();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asStateError(cause, { path, doing: "written" });
  }
  await syncFolder(dirname(path));
  await writeCopy(copyPathOf(path), content);
  return Buffer.byteLength(content);
}

/** Creates an empty map without a lock; false when a file is there already. Errors: `state-unusable`. */
export async function createSnapshot(path: string): Promise<boolean> {
  if (requireKind(path, "file")) return false;
  const temporary = temporaryPathOf(path);
  try {
    await writeNewFile(temporary, {
      content: `${JSON.stringify(emptySessionMap(), null, 2)}\n`,
      sync: true,
    });
    await linkOrCopy(temporary, path);
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST" && requireKind(path, "file")) return false;
    throw asStateError(cause, { path, doing: "created" });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** A second name for a complete file: no reader sees it half-written, and no existing file is replaced. */
export async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") throw cause;
    // File systems without hard links (exFAT, some network mounts).
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}

/** Best effort and without fsync: the snapshot itself stands, and an older copy is better than none. */
async function writeCopy(path: string, content: string): Promise<void> {
  const temporary = temporaryPathOf(path);
  try {
    await writeNewFile(temporary, { content, sync: false });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
