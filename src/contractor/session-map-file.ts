import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, lstat, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ContractorError } from "../errors/contractor-error.ts";
import { SESSION_MAP_VERSION, sessionMapFileSchema, type SessionMapFile } from "./session-map-entry.ts";
import { emptySessionMap, firstProblemOf } from "./session-map.ts";

export const STATE_FILE_MODE = 0o600;

export type SessionMapWrite = {
  map: SessionMapFile;
  /** Runs when the new content is on disk under a temporary name; a rejection leaves the old content in place. */
  beforeRename?: () => Promise<void>;
};

/**
 * The map in a file; an empty one when there is no file.
 *
 * Errors: `session-map-invalid`, `session-map-future-version`, `state-unusable` (a symlink, no regular file, no access).
 */
export async function readSessionMapFile(path: string): Promise<SessionMapFile> {
  if (!(await requireKind(path, "file"))) return emptySessionMap();
  try {
    // O_NOFOLLOW: the file may have become a symlink after the check.
    const bytes = await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW });
    return parseSessionMap(bytes, path);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return emptySessionMap();
    throw asStateError(cause, { path, doing: "read" });
  }
}

/**
 * Replaces the file as a whole: temporary file in the same folder, fsync, rename. A failed write leaves the previous
 * content and no temporary file. Callers hold the lock.
 *
 * Errors: `state-unusable`, and whatever `beforeRename` throws.
 */
export async function writeSessionMapFile(path: string, write: SessionMapWrite): Promise<void> {
  await requireKind(path, "file");
  const temporary = temporaryPathOf(path);
  try {
    await writeDurably(temporary, write.map);
    await write.beforeRename?.();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asStateError(cause, { path, doing: "written" });
  }
  await syncFolder(dirname(path));
}

/** Creates an empty map without a lock; false when a file is there already. Errors: `state-unusable`. */
export async function createSessionMapFile(path: string): Promise<boolean> {
  if (await requireKind(path, "file")) return false;
  const temporary = temporaryPathOf(path);
  try {
    await writeDurably(temporary, emptySessionMap());
    await linkOrCopy(temporary, path);
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST" && (await requireKind(path, "file"))) return false;
    throw asStateError(cause, { path, doing: "created" });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** True when a plain file or folder is at `path`, false when nothing is; `state-unusable` for everything else. */
export async function requireKind(path: string, kind: "file" | "folder"): Promise<boolean> {
  const stats = await lstat(path).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return null;
    throw asStateError(cause, { path, doing: "examined" });
  });
  if (stats === null) return false;
  if (stats.isSymbolicLink()) throw stateUnusable(path, { problem: "is a symbolic link" });
  if (kind === "file" ? stats.isFile() : stats.isDirectory()) return true;
  throw stateUnusable(path, { problem: kind === "file" ? "is not a regular file" : "is not a folder" });
}

/** Errors with a code stay themselves; anything else, a full disk for example, becomes `state-unusable`. */
export function asStateError(
  cause: unknown,
  { path, doing }: { path: string; doing: string },
): ContractorError {
  if (ContractorError.isInstance(cause)) return cause;
  return stateUnusable(path, { problem: `cannot be ${doing} (${errnoOf(cause) ?? String(cause)})`, cause });
}

export function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

function stateUnusable(
  path: string,
  { problem, cause }: { problem: string; cause?: unknown },
): ContractorError {
  return new ContractorError("state-unusable", {
    message: `The contractor's state cannot be used: ${path} ${problem}.`,
    mend: "Move it away or give it back to the Gateway's user, and see that the disk has room.",
    cause,
  });
}

function parseSessionMap(bytes: Buffer, path: string): SessionMapFile {
  const json = parseJson(bytes, path);
  if (isRecord(json) && typeof json["version"] === "number" && json["version"] > SESSION_MAP_VERSION) {
    throw new ContractorError("session-map-future-version", {
      message: `${path} has version ${json["version"]}, and this plugin knows version ${SESSION_MAP_VERSION}.`,
      mend: "Update the plugin; the file was written by a newer one and stays as it is.",
    });
  }
  const parsed = sessionMapFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(path, {
    problem: `is not a session map: ${firstProblemOf(parsed.error)}`,
    cause: parsed.error,
  });
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    // fatal: a broken byte must not become a replacement character that the next write makes permanent.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid(path, { problem: "is not JSON", cause });
  }
}

function invalid(path: string, { problem, cause }: { problem: string; cause: unknown }): ContractorError {
  return new ContractorError("session-map-invalid", {
    message: `${path} ${problem}.`,
    mend: "Repair it, or move it away to start with an empty one; the plugin does not overwrite it.",
    cause,
  });
}

function temporaryPathOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
}

async function writeDurably(path: string, map: SessionMapFile): Promise<void> {
  const handle = await open(path, "wx", STATE_FILE_MODE);
  try {
    // The umask of the process may have taken bits away.
    await handle.chmod(STATE_FILE_MODE);
    await handle.writeFile(`${JSON.stringify(map, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new name for a complete file: no reader sees it half-written, and no existing file is replaced. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") throw cause;
    // File systems without hard links (exFAT, some network mounts).
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}

/** The content is whole without it; some platforms refuse to sync a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
