import { hostname } from "node:os";
import { expect } from "vitest";
import { isOwnerAlive } from "../../../../src/process/process-owner.ts";

/** Resolves when it has ended. */
export async function endProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  await expect.poll(() => isOwnerAlive({ pid, host: hostname(), startTime: null })).toBe(false);
}
