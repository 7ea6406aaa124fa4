import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Every file below a folder by its relative path, with its bytes; without those that went while it was read. */
export async function readFileTree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.sort().map(async (file) => {
    const bytes = await readIfThere(file);
    return bytes === null ? [] : [[file.slice(folder.length + 1), bytes] as const];
  });
  return new Map((await Promise.all(read)).flat());
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
