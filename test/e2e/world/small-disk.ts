import { execFile } from "node:child_process";
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A folder whose disk can be filled. */
export type SmallDisk = {
  fill: () => Promise<void>;
  makeRoom: () => Promise<void>;
  /** Puts everything back onto the large disk. */
  remove: () => Promise<void>;
};

/** Whether this user may mount: only root may (Linux). */
export const CAN_MOUNT = process.platform === "linux" && process.getuid?.() === 0;

/** Moves a folder onto a disk of its own, of half a megabyte. */
export async function putOnSmallDisk(folder: string): Promise<SmallDisk> {
  const saved = `${folder}.saved`;
  const filler = join(folder, "filler");
  await cp(folder, saved, { recursive: true, preserveTimestamps: true });
  await run("mount", ["-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", folder]);
  await cp(saved, folder, { recursive: true, preserveTimestamps: true });
  await rm(saved, { recursive: true });
  return {
    async fill() {
      // Until nothing fits any more: what a write leaves behind when it fails is full as well.
      await writeFile(filler, Buffer.alloc(1024 * 1024)).catch((cause: unknown) => {
        if (!(cause instanceof Error && "code" in cause && cause.code === "ENOSPC")) throw cause;
      });
    },
    makeRoom: () => rm(filler),
    async remove() {
      await cp(folder, saved, { recursive: true, preserveTimestamps: true });
      await run("umount", ["-l", folder]);
      await cp(saved, folder, { recursive: true, preserveTimestamps: true, force: true });
      await rm(saved, { recursive: true });
    },
  };
}
