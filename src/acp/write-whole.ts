import { randomUUID } from "node:crypto";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces a file as a whole: whoever reads it meanwhile finds the one before. Rejects with what the file system says. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(draft, content, { mode });
  // The umask of the process may have taken bits away.
  await chmod(draft, mode);
  await rename(draft, path);
}
