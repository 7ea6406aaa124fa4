import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolveConfigPath } from "openclaw/plugin-sdk/state-paths";

/** The configuration file as it was, to be put back byte for byte. */
export type ConfigBackup = {
  /** Call after the last change of ours: what stands then is what `restore` may replace. */
  noteOwnChange(): Promise<void>;
  /** Puts the old bytes back, unless somebody else has changed the file since; true when it did. */
  restore(): Promise<boolean>;
};

export async function backUpConfig(): Promise<ConfigBackup> {
  const path = resolveConfigPath();
  const before = await readIfPresent(path);
  let ours: string | null = before;
  return {
    async noteOwnChange() {
      ours = await readIfPresent(path);
    },
    async restore() {
      if ((await readIfPresent(path)) !== ours) return false;
      if (before === null) {
        await rm(path, { force: true });
        return true;
      }
      const draft = `${path}.contractor-agent.${process.pid}`;
      await writeFile(draft, before, { mode: 0o600 });
      await rename(draft, path);
      return true;
    },
  };
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
