import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { leasesIn, nextLine, startOwner } from "../../../process/lease-world.ts";
import type { DoctorWorld } from "../doctor-world.ts";
import { FIX, type BrokenSetUp } from "./broken-set-up.ts";
import { endProcess } from "./end-process.ts";

export const PROCESSES: BrokenSetUp[] = [
  {
    name: "a process that a killed Gateway has left",
    phase: "processes",
    title: "No process is left over",
    cause: /A Gateway that is gone has left agent 0 \(pid \d+\)/,
    mend: FIX,
    breakIt: leaveProcess,
  },
  {
    name: "a lease of processes that have ended",
    phase: "processes",
    title: "No lease is stale",
    status: "warn",
    cause: /1 lease tells of processes that have ended/,
    mend: FIX,
    async breakIt(world) {
      const pid = await leaveProcess(world);
      await endProcess(pid, "SIGKILL");
    },
  },
  {
    name: "a lease that cannot be read",
    phase: "processes",
    title: "Every lease can be read",
    status: "warn",
    cause: /damaged\.json cannot be/,
    mend: FIX,
    async breakIt({ pluginDir }) {
      const path = join(pluginDir, "processes", "damaged.json");
      await mkdir(join(pluginDir, "processes"), { mode: 0o700 });
      await writeFile(path, '{"version": 1, "id"');
      const earlier = new Date(Date.now() - 3_600_000);
      await utimes(path, earlier, earlier);
    },
  },
];

/** What a Gateway that is killed leaves behind when nobody guards it; the pid of its agent. */
async function leaveProcess({ pluginDir, home }: DoctorWorld): Promise<number> {
  const folder = join(pluginDir, "processes");
  const environment = { HOME: home, PATH: process.env["PATH"] ?? "" };
  const agent = { command: "sleep", args: ["300"], environment };
  const owner = startOwner("run", { folder, guard: false, ...agent });
  let words = await nextLine(owner.stdout);
  while (!words.includes("started")) words += await nextLine(owner.stdout);
  // Its pid is noted when the process runs, a moment after its start.
  await expect.poll(async () => (await leasesIn(folder))[0]?.pid).toBeGreaterThan(0);
  const pid = (await leasesIn(folder))[0]?.pid ?? -1;
  await endProcess(owner.pid, "SIGKILL");
  return pid;
}
