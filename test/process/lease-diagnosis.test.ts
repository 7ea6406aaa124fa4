import { describe, expect, it } from "vitest";
import { inspectLeases } from "../../src/process/lease-diagnosis.ts";
import { createHome, kill, leasesIn, nextLine, startOwner, type LeaseOwner } from "./lease-world.ts";

async function startedOwner(guard: boolean): Promise<{ owner: LeaseOwner; folder: string }> {
  const { folder, environment } = await createHome();
  const owner = startOwner("run", { folder, guard, command: "sleep", args: ["300"], environment });
  let words = await nextLine(owner.stdout);
  while (!words.includes("started")) words += await nextLine(owner.stdout);
  await expect.poll(async () => (await leasesIn(folder))[0]?.pid).toBeGreaterThan(0);
  return { owner, folder };
}

describe("inspectLeases", () => {
  it("finds nothing where nothing was ever leased", async () => {
    const { folder } = await createHome();
    expect(await inspectLeases(folder)).toEqual({ orphaned: [], unreadable: [], unguarded: [], live: 0 });
  });

  it.runIf(process.platform === "linux")(
    "tells an owner whom a guard watches from one whom nobody does",
    async () => {
      const guarded = await startedOwner(true);
      await expect.poll(() => inspectLeases(guarded.folder)).toMatchObject({ live: 1, unguarded: [] });
      const alone = await startedOwner(false);
      expect(await inspectLeases(alone.folder)).toMatchObject({ live: 1, unguarded: [alone.owner.pid] });
    },
  );

  it("names the processes of a dead owner, and ends nobody", async () => {
    const { owner, folder } = await startedOwner(false);
    const [lease] = await leasesIn(folder);
    kill(owner.pid);
    await expect
      .poll(() => inspectLeases(folder))
      .toMatchObject({ live: 0, orphaned: [{ lease: { purpose: "agent 0" }, pids: [lease?.pid] }] });
    expect(() => process.kill(lease?.pid ?? -1, 0)).not.toThrow();
  });
});
