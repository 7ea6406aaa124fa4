import { chmod, lstat, mkdir, readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { locateSessionMap, locateUsage, stateDirOf } from "./runtime-state.ts";
import { asStateError, errnoOf, temporaryPathOf, writeNewFile } from "./session-map/session-map-file.ts";
import { readState, type Damage } from "./session-map/session-map-state.ts";
import { readSpending } from "./spending/spending-file.ts";

/** As much as the largest map that is written whole. */
const PROBE_BYTES = 65_536;
/** What others may do with a file. */
const OTHERS = 0o077;

/** Something in a folder of this plugin's own that others may read or change. */
export type OpenPath = { path: string; mode: number };

/** Writes a small file to a folder and removes it. Rejects with `state-unusable`. */
export async function probeFolder(folder: string): Promise<void> {
  const path = temporaryPathOf(join(folder, "probe"));
  try {
    await writeNewFile(path, { content: " ".repeat(PROBE_BYTES), sync: true });
  } catch (cause) {
    throw asStateError(cause, { path: folder, doing: "written" });
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Makes a folder for this plugin alone. Rejects with `state-unusable`. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw asStateError(cause, { path: folder, doing: "created" });
  });
}

/** Bytes that this user may still write where a folder is; undefined where the system does not tell. */
export async function freeBytesAt(folder: string): Promise<number | undefined> {
  const stats = await statfs(folder).catch(() => null);
  return stats === null || stats.blocks === 0 ? undefined : stats.bavail * stats.bsize;
}

/** The folder itself, and the files directly in it, that others may read or change. None on Windows, which has no modes. */
export async function pathsOpenToOthers(folder: string): Promise<OpenPath[]> {
  if (process.platform === "win32") return [];
  const names = await readdir(folder).catch(() => []);
  const paths = [folder, ...names.map((name) => join(folder, name))];
  const looked = await Promise.all(
    paths.map(async (path) => {
      const stats = await lstat(path).catch(() => null);
      // A link's own mode says nothing, and what is in a folder is as closed as this one.
      if (stats === null || (path !== folder && !stats.isFile())) return [];
      return (stats.mode & OTHERS) === 0 ? [] : [{ path, mode: stats.mode & 0o777 }];
    }),
  );
  return looked.flat();
}

export async function closeToOthers(paths: OpenPath[]): Promise<void> {
  for (const { path, mode } of paths) await chmod(path, mode & ~OTHERS);
}

/** What is wrong with a workspace's session map, without a repair. Errors: as a read of the map. */
export async function damagesOfSessionMap(workspace: string): Promise<Damage[]> {
  return (await readState(locateSessionMap(workspace)))?.damages ?? [];
}

/** Rejects with `state-unusable` when the account of what was used cannot be read. */
export async function checkSpending(workspace: string): Promise<void> {
  await readSpending(locateUsage(workspace));
}

/** Whether the state folder is there. Rejects with `state-unusable` when something else is, or it cannot be looked at. */
export async function hasStateDir(workspace: string): Promise<boolean> {
  locateSessionMap(workspace);
  const path = stateDirOf(workspace);
  try {
    return (await lstat(path)).isDirectory();
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return false;
    throw asStateError(cause, { path, doing: "examined" });
  }
}
