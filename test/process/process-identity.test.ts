import { beforeEach, describe, expect, it } from "vitest";
import { identityOf } from "../../src/process/process-identity.ts";
import { readProcessTable } from "../../src/process/process-table.ts";
import { createHome, kill, startStranger } from "./lease-world.ts";

let environment: Record<string, string>;

beforeEach(async () => {
  ({ environment } = await createHome());
});

// The way of systems without /proc: `ps` has the same options here.
describe.each(["linux", "darwin"] as const)("on %s", (platform) => {
  it("a process is told from another one of the same command", async () => {
    const one = await startStranger(["sleep", "300"], environment);
    const identity = await identityOf(one, platform);
    expect(identity).toMatchObject({ command: "sleep 300" });
    expect(identity?.startTime).toMatch(/\d/);
    expect(await identityOf(one, platform)).toEqual(identity);
    // The system's smallest unit, a second with `ps`.
    const later = async (): Promise<string | undefined> => {
      const two = await startStranger(["sleep", "300"], environment);
      return (await identityOf(two, platform))?.startTime;
    };
    await expect.poll(later, { timeout: 5_000, interval: 200 }).not.toBe(identity?.startTime);
  });

  it("one that is gone is none", async () => {
    const pid = await startStranger(["sleep", "300"], environment);
    kill(pid);
    await expect.poll(() => identityOf(pid, platform)).toBeNull();
  });

  it("the table has a process with its parent and its group", async () => {
    const pid = await startStranger(["sleep", "300"], environment);
    expect(await readProcessTable(platform)).toContainEqual({ pid, parent: process.pid, group: pid });
  });
});
