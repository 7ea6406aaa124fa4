import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { startProcessGuard } from "../../src/process/process-guard.ts";
import { readProcessTable } from "../../src/process/process-table.ts";
import { createHome, guardsOf } from "./lease-world.ts";

const GUARD = new URL("../../src/process/process-guard.ts", import.meta.url).href;

let home: string;

beforeEach(async () => {
  ({ home } = await createHome());
});

/** Runs this with a guard whose program leaves a mark, until it has ended and its guard with it; resolves to the mark. */
async function markOf(script: string): Promise<string> {
  const mark = join(home, "mark");
  const program = `(await import("node:fs")).writeFileSync(${JSON.stringify(mark)}, process.env.LEASE_FOLDER)`;
  const start = `
    const { startProcessGuard } = await import(${JSON.stringify(GUARD)});
    const guard = startProcessGuard("/leases", ${JSON.stringify(program)});
    ${script}`;
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", start], { stdio: "inherit" });
  await once(owner, "exit");
  await expect.poll(() => guardsOf(owner.pid ?? 0), { timeout: 5_000 }).toEqual([]);
  return readFile(mark, "utf8").catch(() => "");
}

it.each([
  ["is killed", "process.kill(process.pid, 'SIGKILL');"],
  ["exits", "process.exit(0);"],
  ["runs out of work", ""],
])("runs its program when the owner %s", async (_, end) => {
  expect(await markOf(end)).toBe("/leases");
});

it.each([
  ["exits at once", "process.exit(0);"],
  ["is killed at once", "process.kill(process.pid, 'SIGKILL');"],
])("does nothing when it was dismissed, though the owner %s", async (_, end) => {
  expect(await markOf(`guard.dismiss(); ${end}`)).toBe("");
});

it("is in nobody's group, and is not found by the name of OpenClaw or of the folder", async () => {
  const guard = startProcessGuard(join(home, ".openclaw", "processes"), "");
  expect(guard?.alive).toBe(true);
  await expect.poll(() => guardsOf(process.pid)).toHaveLength(1);
  const [pid = 0] = await guardsOf(process.pid);
  expect(await readProcessTable()).toContainEqual({ pid, parent: process.pid, group: pid });
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
  expect(command).toContain("contractor-agent-guard");
  expect(command.replace(process.execPath, "")).not.toMatch(/openclaw|processes/);
  guard?.dismiss();
  await expect.poll(() => guard?.alive).toBe(false);
});
