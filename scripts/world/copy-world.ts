import { constants } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Copies a world in which no process runs to an empty folder whose path is as long as its own, and moves it there: its
 * path stands in configuration and in OpenClaw's database, where a path of the same length can take its place.
 */
export async function copyWorld(from: string, to: string): Promise<void> {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new Error(`${to} is not as long as ${from}`);
  await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  for (const path of await filesBelow(to)) await movePaths(path, { from, to });
}

/** Packages know nothing of the folder that they are installed in. */
async function filesBelow(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) paths.push(path);
    else if (entry.isDirectory() && entry.name !== "node_modules") paths.push(...(await filesBelow(path)));
  }
  return paths;
}

async function movePaths(path: string, { from, to }: { from: string; to: string }): Promise<void> {
  const bytes = await readFile(path);
  let found = bytes.indexOf(from);
  if (found === -1) return;
  for (; found !== -1; found = bytes.indexOf(from, found + from.length)) bytes.write(to, found);
  await writeFile(path, bytes);
}
