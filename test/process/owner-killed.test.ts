import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess } from "../../src/process/agent-process.ts";
import { LEASE_VARIABLE } from "../../src/process/lease-mark.ts";
import { createProcessLeases } from "../../src/process/process-leases.ts";
import { reapOrphans } from "../../src/process/reaper.ts";
import { createSeededRandom } from "../fixtures/seeded-random.ts";
import {
  bundleOwner,
  createHome,
  expectNothingLeft,
  guardsOf,
  leasesIn,
  nextLine,
  pidsWithHome,
  startOwner,
  startStranger,
  TREE_SCRIPT,
  TREE_SIZE,
  type LeaseOwner,
} from "./lease-world.ts";

const ROUNDS = 20;
const AT_ONCE = 4;
/** Milliseconds in which an owner starts its two agents. */
const STARTING_MS = 80;

let bundles: string;
let program: string;

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), "lease-owner-"));
  program = await bundleOwner(bundles);
});

afterAll(async () => {
  await rm(bundles, { recursive: true, force: true });
});

async function killed(owner: LeaseOwner): Promise<void> {
  const exit = once(owner, "exit");
  owner.kill("SIGKILL");
  await exit;
}

/** Kills an owner `wait` milliseconds after it began to start two agents. */
async function killAt(
  wait: number,
  start: { folder: string; environment: Record<string, string>; guard?: boolean },
): Promise<LeaseOwner> {
  const owner = startOwner("run", { program, agents: 2, ...start });
  await nextLine(owner.stdout);
  await delay(wait);
  await killed(owner);
  return owner;
}

describe("an owner that is killed at any moment", () => {
  it("leaves nothing, and what is not its own goes on", async () => {
    const random = createSeededRandom(7);
    const shared = await createHome();
    const stranger = await createHome();
    const mark = { [LEASE_VARIABLE]: randomUUID() };
    await startStranger(["sh", "-c", TREE_SCRIPT], { ...stranger.environment, ...mark });
    const living = createProcessLeases({ folder: shared.folder, log: (message) => expect.fail(message) });
    const agent = await startAgentProcess({
      command: "sh",
      args: ["-c", TREE_SCRIPT],
      environment: shared.environment,
      workingDirectory: "/",
      lease: { leases: living, purpose: "agent of a living owner" },
    });

    const round = async (wait: number): Promise<void> => {
      const { home, environment } = await createHome();
      const owner = await killAt(wait, { folder: shared.folder, environment });
      await expectNothingLeft(owner.pid, { home, folder: shared.folder });
    };
    for (let done = 0; done < ROUNDS; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => round(random.below(STARTING_MS))));
    }

    expect(await pidsWithHome(stranger.home)).toHaveLength(TREE_SIZE);
    expect(await pidsWithHome(shared.home)).toHaveLength(TREE_SIZE);
    expect(await leasesIn(shared.folder)).toMatchObject([{ purpose: "agent of a living owner" }]);
    await agent.terminate(2_000);
    expect(await pidsWithHome(shared.home)).toEqual([]);
  });

  it("leaves nothing after the next start, where no guard was", async () => {
    const random = createSeededRandom(11);
    const round = async (wait: number): Promise<number> => {
      const { home, folder, environment } = await createHome();
      const owner = await killAt(wait, { folder, environment, guard: false });
      expect(await guardsOf(owner.pid)).toEqual([]);
      const orphans = (await pidsWithHome(home)).length;
      await reapOrphans(folder);
      await expectNothingLeft(owner.pid, { home, folder });
      return orphans;
    };
    const waits = Array.from({ length: AT_ONCE - 1 }, () => random.below(STARTING_MS));
    const orphans = await Promise.all([...waits, 2 * STARTING_MS].map(round));
    // Otherwise this has shown nothing.
    expect(Math.max(...orphans)).toBeGreaterThan(0);
  });

  it.each(["unnoted", "announced"] as const)("leaves nothing when its process is %s", async (mode) => {
    const { home, folder, environment } = await createHome();
    const owner = startOwner(mode, { program, folder, environment });
    await once(owner, "exit");
    await expectNothingLeft(owner.pid, { home, folder });
  });

  it("leaves nothing that is deaf to SIGTERM", async () => {
    const { home, folder, environment } = await createHome();
    const script = "trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' & wait";
    const owner = startOwner("run", { program, folder, environment, args: ["-c", script] });
    await expect.poll(() => nextLine(owner.stdout)).toContain("started");
    await expect.poll(() => pidsWithHome(home)).toHaveLength(3);
    await killed(owner);
    await expectNothingLeft(owner.pid, { home, folder });
  });
});

describe("an owner that ends", () => {
  it("exits at once and leaves nothing, when its processes have ended", async () => {
    const { home, folder, environment } = await createHome();
    const owner = startOwner("run", { program, folder, environment });
    await expect.poll(() => nextLine(owner.stdout)).toContain("started");
    expect(await guardsOf(owner.pid)).toHaveLength(1);
    const exit = once(owner, "exit");
    owner.stdin.write("drain\n");
    await expect.poll(() => leasesIn(folder)).toEqual([]);
    const drained = performance.now();
    expect(await exit).toEqual([0, null]);
    expect(performance.now() - drained).toBeLessThan(500);
    await expectNothingLeft(owner.pid, { home, folder });
  });

  it("leaves nothing when its processes have not", async () => {
    const { home, folder, environment } = await createHome();
    // From the sources, with a guard that runs them.
    const owner = startOwner("run", { folder, environment });
    await expect.poll(() => nextLine(owner.stdout)).toContain("started");
    await expect.poll(() => pidsWithHome(home)).toHaveLength(TREE_SIZE);
    const exit = once(owner, "exit");
    owner.stdin.write("exit\n");
    expect(await exit).toEqual([0, null]);
    await expectNothingLeft(owner.pid, { home, folder });
  });
});
