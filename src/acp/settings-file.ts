import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "./write-whole.ts";

/** A session that lives longer without another start of its kind would be one of a kind. */
const KEPT_MS = 90 * 24 * 60 * 60_000;

/**
 * Writes Claude Code settings to where `--settings` can name them; resolves to the path. Claude Code 2.1.44 copies settings
 * that are an argument into the folder for temporary files, one more at each start, readable by everybody and for good.
 * Settings that say the same share a file. It is written each time: what a file says that was there before is not known.
 */
export async function writeSettingsFile(folder: string, settings: Record<string, unknown>): Promise<string> {
  const content = JSON.stringify(settings);
  const files = join(folder, "claude-settings");
  const path = join(files, `${createHash("sha256").update(content).digest("hex")}.json`);
  await writeWhole(path, content, 0o600);
  await removeOldFiles(files);
  return path;
}

async function removeOldFiles(files: string): Promise<void> {
  const oldest = Date.now() - KEPT_MS;
  for (const name of await readdir(files)) {
    const path = join(files, name);
    // Another start may have been faster.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < oldest) await rm(path, { force: true });
  }
}
