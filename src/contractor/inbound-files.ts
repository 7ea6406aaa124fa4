import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, mkdir, open, readdir, realpath, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ContractorError } from "../errors/contractor-error.ts";
import { safeFileName, uniqueFileName } from "./inbound-file-name.ts";
import { ensureStateDir, stateDirOf } from "./runtime-state.ts";
import { errnoOf, requireKind, STATE_FILE_MODE } from "./session-map/session-map-file.ts";

/** A file that came with a message: the host's own copy, or its bytes. */
export type InboundFile = {
  /** As the sender named it: untrusted. */
  name: string;
  source: { path: string } | { data: Uint8Array };
};

/** `name`: what is left of the sender's name, harmless. */
export type KeptFile = { name: string } & ({ path: string } | { problem: string });

const INBOX = "inbox";
const FOLDER_MODE = 0o700;
const MEGABYTE = 1024 * 1024;
const FILE_LIMIT_MB = 50;
/** Of one message. */
const FILES_LIMIT = 20;
const KEPT_TURNS = 100;
const KEPT_DAYS = 14;
/** What `turnFolderName` makes; nothing else in the inbox is touched. */
const TURN_FOLDER = /^(\d{4}-\d{2}-\d{2})T\d{6}-[0-9a-f]{8}$/;

/**
 * Copies files into a folder of the workspace's state folder that is this message's own, where Claude Code may read
 * them, and removes what older messages left there. Never rejects: a file that cannot be kept has a `problem`, in words
 * that follow "could not be kept:". The answers stand in the order of the files.
 */
export async function keepInboundFiles(
  files: InboundFile[],
  { workspace, now = new Date() }: { workspace: string; now?: Date },
): Promise<KeptFile[]> {
  const used = new Set<string>();
  const named = files.map((file) => ({ file, name: uniqueFileName(safeFileName(file.name), used) }));
  try {
    const folder = await makeTurnFolder(workspace, now);
    const kept: KeptFile[] = [];
    // One after the other: a message with many big files must not fill the memory.
    for (const [index, { file, name }] of named.entries()) {
      kept.push(index < FILES_LIMIT ? await keep(file, { folder, name }) : { name, problem: TOO_MANY });
    }
    return kept;
  } catch (cause) {
    const problem = ContractorError.isInstance(cause)
      ? cause.message
      : `the workspace's state folder cannot be written (${errnoOf(cause) ?? "unknown"})`;
    return named.map(({ name }) => ({ name, problem }));
  }
}

const TOO_MANY = `only ${FILES_LIMIT} files of one message are taken`;
const TOO_LARGE = `it is larger than ${FILE_LIMIT_MB} MB`;

async function makeTurnFolder(workspace: string, now: Date): Promise<string> {
  await ensureStateDir(workspace);
  const inbox = join(stateDirOf(await realpath(workspace)), INBOX);
  if (!requireKind(inbox, "folder")) await mkdir(inbox, { recursive: true, mode: FOLDER_MODE });
  await chmod(inbox, FOLDER_MODE);
  await prune(inbox, now);
  const folder = join(inbox, turnFolderName(now));
  await mkdir(folder, FOLDER_MODE);
  await chmod(folder, FOLDER_MODE);
  return folder;
}

/** Sorts by time; no two messages share one. */
function turnFolderName(now: Date): string {
  const [date = "", time = ""] = now.toISOString().split(/[T.]/);
  return `${date}T${time.replaceAll(":", "")}-${randomBytes(4).toString("hex")}`;
}

/** Best effort: what cannot be removed now is tried again with the next file. */
async function prune(inbox: string, now: Date): Promise<void> {
  const oldest = new Date(now.getTime() - KEPT_DAYS * 86_400_000).toISOString().slice(0, 10);
  const turns = (await readdir(inbox)).filter((name) => TURN_FOLDER.test(name)).toSorted();
  const tooMany = turns.slice(0, Math.max(0, turns.length + 1 - KEPT_TURNS));
  const tooOld = turns.filter((name) => name.slice(0, 10) < oldest);
  for (const name of new Set([...tooMany, ...tooOld])) {
    await rm(join(inbox, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function keep(
  { source }: InboundFile,
  { folder, name }: { folder: string; name: string },
): Promise<KeptFile> {
  const path = join(folder, name);
  try {
    const problem = "data" in source ? await writeBytes(path, source.data) : await copy(source.path, path);
    if (problem === null) return { name, path };
    await rm(path, { force: true });
    return { name, problem };
  } catch (cause) {
    await rm(path, { force: true }).catch(() => undefined);
    return { name, problem: `it cannot be read or copied (${errnoOf(cause) ?? "unknown"})` };
  }
}

async function writeBytes(path: string, data: Uint8Array): Promise<string | null> {
  if (data.byteLength > FILE_LIMIT_MB * MEGABYTE) return TOO_LARGE;
  const target = await openNew(path);
  try {
    await target.writeFile(data);
    return null;
  } finally {
    await target.close();
  }
}

async function copy(from: string, to: string): Promise<string | null> {
  // O_NOFOLLOW: a link would lead to a file that nobody sent. O_NONBLOCK: a pipe must not hold the turn.
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await source.stat();
    if (!stats.isFile()) return "it is not a regular file";
    if (stats.size > FILE_LIMIT_MB * MEGABYTE) return TOO_LARGE;
    const target = await openNew(to);
    // No more than it was when it was measured.
    const end = Math.max(0, stats.size - 1);
    if (stats.size === 0) await target.close();
    else await pipeline(source.createReadStream({ end, autoClose: false }), target.createWriteStream());
    return null;
  } finally {
    await source.close();
  }
}

async function openNew(path: string): Promise<FileHandle> {
  const handle = await open(path, "wx", STATE_FILE_MODE);
  // The umask of the process may have taken bits away.
  await handle.chmod(STATE_FILE_MODE);
  return handle;
}
