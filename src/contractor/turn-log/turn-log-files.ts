import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PLUGIN_ID } from "../../config/identifiers.ts";
import { errnoOf } from "../session-map/session-map-file.ts";

const ARCHIVE = /^turns-\d{8}T\d{9}Z\.jsonl$/;

/** The folder of the turn log in OpenClaw's state folder. */
export function turnLogFolderOf(stateDir: string): string {
  return join(stateDir, PLUGIN_ID);
}

/** The file that is written to; a full one is put aside. */
export function turnLogPathOf(folder: string): string {
  return join(folder, "turns.jsonl");
}

/** The files that were put aside, oldest first. */
export async function turnLogArchives(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return [];
    throw cause;
  });
  return names
    .filter((name) => ARCHIVE.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Puts the file aside, and removes the oldest but `keep` of those. Another process may do the same at the same time. */
export async function rotateTurnLog(
  folder: string,
  { now, keep }: { now: Date; keep: number },
): Promise<void> {
  const name = `turns-${now.toISOString().replaceAll(/[-:.]/g, "")}.jsonl`;
  await rename(turnLogPathOf(folder), join(folder, name)).catch((cause: unknown) => {
    if (errnoOf(cause) !== "ENOENT") throw cause;
  });
  const archives = await turnLogArchives(folder);
  for (const path of archives.slice(0, Math.max(0, archives.length - keep))) await rm(path, { force: true });
}
