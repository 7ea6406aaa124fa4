import { realpathSync, statSync } from "node:fs";
import {
  access,
  chmod,
  constants,
  lstat,
  mkdir,
  realpath,
  rm,
  rmdir,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { ContractorError } from "../errors/contractor-error.ts";
import { asStateError, errnoOf, requireKind, STATE_FILE_MODE } from "./session-map/session-map-file.ts";
import { createSnapshot } from "./session-map/session-map-snapshot.ts";

const FOLDER_MODE = 0o700;
/** Shared with OpenClaw, which may keep files of its own there. */
const OPENCLAW_FOLDER = ".openclaw";
const STATE_FOLDER = "contractor-agent";
const SESSION_MAP_NAME = "session-map.json";
const USAGE_NAME = "usage.json";

/** The folder that holds what this plugin remembers about a workspace. */
export function stateDirOf(workspace: string): string {
  return join(workspace, OPENCLAW_FOLDER, STATE_FOLDER);
}

export function sessionMapPathOf(workspace: string): string {
  return join(stateDirOf(workspace), SESSION_MAP_NAME);
}

export function usagePathOf(workspace: string): string {
  return join(stateDirOf(workspace), USAGE_NAME);
}

/**
 * Makes the state folder (0700) with an empty session map (0600) and a `.gitignore` that hides all of it. What exists
 * already is kept; its mode is put right where it is ours. On failure, what this call created is removed again.
 *
 * Resolves to the absolute paths that this call created below the workspace's real path, in creation order: remove
 * them in reverse to undo it.
 *
 * Errors: `workspace-missing`, `workspace-not-a-folder`, and `state-unusable` when something below the workspace is a
 * symlink, of the wrong type or not writable. The workspace itself may be a symlink.
 */
export async function ensureStateDir(workspace: string): Promise<{ created: string[] }> {
  const root = realWorkspace(workspace);
  const stateDir = stateDirOf(root);
  const created: string[] = [];
  const step = async (path: string, make: (path: string) => Promise<boolean>): Promise<void> => {
    if (await make(path)) created.push(path);
  };
  try {
    await step(join(root, OPENCLAW_FOLDER), ensureFolder);
    await step(stateDir, ensureFolder);
    await chmod(stateDir, FOLDER_MODE);
    await step(join(stateDir, ".gitignore"), ensureGitignore);
    await step(sessionMapPathOf(root), ensureSessionMap);
  } catch (cause) {
    await undo(created);
    throw asStateError(cause, { path: stateDir, doing: "set up" });
  }
  return { created };
}

/**
 * Removes the state folder, and `.openclaw` when nothing else is in it. Nothing to remove is no error.
 * Errors: `state-unusable`, as for `ensureStateDir`; nothing is removed then.
 */
export async function removeStateDir(workspace: string): Promise<void> {
  const root = await realpath(workspace).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return null;
    throw asStateError(cause, { path: workspace, doing: "reached" });
  });
  if (root === null) return;
  refuseOddPaths(root);
  const stateDir = stateDirOf(root);
  try {
    await rm(stateDir, { recursive: true, force: true });
    await rmdir(join(root, OPENCLAW_FOLDER));
  } catch (cause) {
    // POSIX allows either of the first two for a folder that is not empty.
    if (["ENOTEMPTY", "EEXIST", "ENOENT"].includes(errnoOf(cause) ?? "")) return;
    throw asStateError(cause, { path: stateDir, doing: "removed" });
  }
}

/**
 * The session map's path below the workspace's real path, whether the file exists or not. Errors: as for
 * `ensureStateDir`.
 */
export function locateSessionMap(workspace: string): string {
  const root = realWorkspace(workspace);
  refuseOddPaths(root);
  return sessionMapPathOf(root);
}

/** The path of what the contractors have used, as `locateSessionMap`. */
export function locateUsage(workspace: string): string {
  const root = realWorkspace(workspace);
  refuseOddPaths(root);
  return usagePathOf(root);
}

function realWorkspace(workspace: string): string {
  try {
    const root = realpathSync.native(workspace);
    if (statSync(root).isDirectory()) return root;
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") throw asStateError(cause, { path: workspace, doing: "reached" });
    throw new ContractorError("workspace-missing", {
      message: `The workspace ${workspace} does not exist.`,
      mend: "Create the folder, or give the contractor another workspace.",
      cause,
    });
  }
  throw new ContractorError("workspace-not-a-folder", {
    message: `The workspace ${workspace} is not a folder.`,
    mend: "Give the contractor a workspace that is a folder.",
  });
}

function refuseOddPaths(root: string): void {
  if (!requireKind(join(root, OPENCLAW_FOLDER), "folder")) return;
  if (!requireKind(stateDirOf(root), "folder")) return;
  requireKind(sessionMapPathOf(root), "file");
}

async function ensureFolder(path: string): Promise<boolean> {
  const created = !requireKind(path, "folder") && (await makeFolder(path));
  await requireWritable(path, constants.W_OK | constants.X_OK);
  return created;
}

/** False when another process was faster. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, FOLDER_MODE);
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST" && requireKind(path, "folder")) return false;
    throw asStateError(cause, { path, doing: "created" });
  }
  // The umask of the process may have taken bits away.
  await chmod(path, FOLDER_MODE);
  return true;
}

async function ensureGitignore(path: string): Promise<boolean> {
  try {
    // wx follows no symlink, and leaves alone what a person put there.
    await writeFile(path, "*\n", { flag: "wx", mode: STATE_FILE_MODE });
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return false;
    throw asStateError(cause, { path, doing: "created" });
  }
}

async function ensureSessionMap(path: string): Promise<boolean> {
  const created = await createSnapshot(path);
  // A chmod changes the file's times even when it changes no bit, and every store would read the map anew.
  if (((await stat(path)).mode & 0o777) !== STATE_FILE_MODE) await chmod(path, STATE_FILE_MODE);
  await requireWritable(path, constants.R_OK | constants.W_OK);
  return created;
}

async function requireWritable(path: string, mode: number): Promise<void> {
  await access(path, mode).catch((cause: unknown) => {
    throw asStateError(cause, { path, doing: "written" });
  });
}

/** Best effort: the failure that led here is the one to report. */
async function undo(created: string[]): Promise<void> {
  for (const path of created.toReversed()) {
    const stats = await lstat(path).catch(() => null);
    await (stats?.isDirectory() === true ? rmdir(path) : unlink(path)).catch(() => undefined);
  }
}
