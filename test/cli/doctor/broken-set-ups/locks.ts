import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { sessionMapPathOf } from "../../../../src/contractor/runtime-state.ts";
import { FIX, type BrokenSetUp } from "./broken-set-up.ts";
import { endProcess } from "./end-process.ts";

const WRITER = join(import.meta.dirname, "../../../fixtures/session-map-writer.ts");

export const LOCKS: BrokenSetUp[] = [
  {
    name: "a lock that a process keeps",
    phase: "state",
    title: "dev's session map can be locked",
    cause: /^Process \d+ \(node session-map-writer\.ts\) on \S+ has held .*session-map\.json\.lock since/,
    mend: /`kill \d+`/,
    async breakIt(world) {
      await holdLock(sessionMapPathOf(world.workspace));
      world.seen.now = () => new Date(Date.now() + 60_000);
    },
    async follow(_world, { mend = "" }) {
      const pid = Number(/`kill (\d+)`/.exec(mend)?.[1]);
      await endProcess(pid, "SIGTERM");
    },
  },
  {
    name: "a lock that a killed process has left",
    phase: "state",
    title: "dev's session map can be locked",
    status: "warn",
    cause: /A process that is gone has left/,
    mend: FIX,
    async breakIt(world) {
      const pid = await holdLock(sessionMapPathOf(world.workspace));
      await endProcess(pid, "SIGKILL");
    },
  },
];

async function holdLock(path: string): Promise<number> {
  const child = spawn(process.execPath, [WRITER, "hold", path], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface({ input: child.stdout }), "line");
  return child.pid ?? -1;
}
