import { randomBytes } from "node:crypto";
import { constants, lstatSync, type BigIntStats } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { ContractorError } from "../../errors/contractor-error.ts";

export const STATE_FILE_MODE = 0o600;

/** True when a plain file or folder is at `path`, false when nothing is; `state-unusable` for everything else. */
export function requireKind(path: string, kind: "file" | "folder"): boolean {
  return examine(path, kind) !== null;
}

/**
 * What is known of a plain file or folder; null when nothing is at `path`. Errors: as `requireKind`.
 * Synchronous: every turn looks at several paths before its prompt is sent, each look takes some microseconds, and each
 * way through the event loop waits for whatever the host does there, which takes milliseconds.
 */
export function examine(path: string, kind: "file" | "folder"): BigIntStats | null {
  const stats = statsOf(path);
  if (stats === null) return null;
  if (stats.isSymbolicLink()) throw stateUnusable(path, { problem: "is a symbolic link" });
  if (kind === "file" ? stats.isFile() : stats.isDirectory()) return stats;
  throw stateUnusable(path, { problem: kind === "file" ? "is not a regular file" : "is not a folder" });
}

function statsOf(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (cause) {
    throw asStateError(cause, { path, doing: "examined" });
  }
}

/** What stands in a file; null when there is none. Errors: `state-unusable`. */
export async function readStateFile(path: string): Promise<Buffer | null> {
  try {
    // O_NOFOLLOW: the file may have become a symlink after it was examined.
    return await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW });
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return null;
    throw asStateError(cause, { path, doing: "read" });
  }
}

/** A new file with this content, 0600 under any umask. `sync`: it is on the disk when this resolves. */
export async function writeNewFile(
  path: string,
  { content, sync }: { content: string; sync: boolean },
): Promise<void> {
  const handle = await open(path, "wx", STATE_FILE_MODE);
  try {
    // The umask of the process may have taken bits away.
    await handle.chmod(STATE_FILE_MODE);
    await handle.writeFile(content);
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The content is whole without it; some platforms refuse to sync a folder. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

export function temporaryPathOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
}

/** Throws on a broken byte: it must not become a replacement character that the next write makes permanent. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
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

export function stateUnusable(
  path: string,
  { problem, cause }: { problem: string; cause?: unknown },
): ContractorError {
  return new ContractorError("state-unusable", {
    message: `The contractor's state cannot be used: ${path} ${problem}.`,
    mend: "Move it away or give it back to the Gateway's user, and see that the disk has room.",
    cause,
  });
}
