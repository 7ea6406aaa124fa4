import { randomUUID } from "node:crypto";
import { chown, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { writeLease, type ProcessLease } from "../../src/process/lease-file.ts";
import { LEASE_VARIABLE } from "../../src/process/lease-mark.ts";
import { identityOf } from "../../src/process/process-identity.ts";
import { currentOwner } from "../../src/process/process-owner.ts";
import { reapOrphans } from "../../src/process/reaper.ts";
import { createHome, pidsWithHome, startStranger } from "./lease-world.ts";

/** Its pid belongs to another process now. */
const DEAD = { ...currentOwner(), startTime: "1" };
const ELSEWHERE = { ...DEAD, host: "elsewhere" };
const TWO_DAYS_S = 2 * 24 * 60 * 60;

let home: string;
let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  ({ home, folder, environment } = await createHome());
});

function start(args: string[], lease?: string): Promise<number> {
  const mark: Record<string, string> = lease === undefined ? {} : { [LEASE_VARIABLE]: lease };
  return startStranger(args, { ...environment, ...mark });
}

/** A lease that names the process as it is, but for what is given. */
async function leaseOf(pid: number | null, forged: Partial<ProcessLease> = {}): Promise<ProcessLease> {
  const identity = pid === null ? null : await identityOf(pid);
  const { startTime = null, command = "" } = identity ?? {};
  const startedAt = new Date().toISOString();
  const lease: ProcessLease = {
    ...{ version: 1, id: randomUUID(), purpose: "test", startedAt, owner: DEAD },
    ...{ pid, startTime, command },
    ...forged,
  };
  await writeLease(folder, lease);
  return lease;
}

async function age(name: string): Promise<void> {
  const then = Date.now() / 1000 - TWO_DAYS_S;
  await utimes(join(folder, name), then, then);
}

describe("what a lease of a dead owner names is ended", () => {
  it("when pid, start time and command are the ones that were noted", async () => {
    const lease = await leaseOf(await start(["sleep", "300"]));
    expect(await reapOrphans(folder)).toEqual({ ended: [lease], left: [] });
    expect(await pidsWithHome(home)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("with everybody below, in whatever group or session", async () => {
    const pid = await start(["sh", "-c", "setsid sleep 300 & sleep 300 & echo ready; wait"]);
    await leaseOf(pid);
    await expect.poll(() => pidsWithHome(home)).toHaveLength(3);
    await reapOrphans(folder);
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("when it carries the lease, though its leader is gone, with what it started without any environment", async () => {
    const id = randomUUID();
    const pid = await start(["sh", "-c", `env -i HOME=${home} setsid sleep 300 & echo ready; wait`], id);
    await expect.poll(() => pidsWithHome(home)).toHaveLength(2);
    const lease = await leaseOf(2 ** 22, { id });
    expect(lease.pid).not.toBe(pid);
    expect(await reapOrphans(folder)).toEqual({ ended: [lease], left: [] });
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("when the owner was killed before it had noted the pid", async () => {
    const id = randomUUID();
    await start(["sleep", "300"], id);
    const lease = await leaseOf(null, { id });
    expect(await reapOrphans(folder)).toEqual({ ended: [lease], left: [] });
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("when it is deaf to SIGTERM, after the grace period", async () => {
    const pid = await start(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
    await leaseOf(pid);
    await reapOrphans(folder, 100);
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("once, and told once, when several reap at the same time", async () => {
    await leaseOf(await start(["sleep", "300"]));
    await Promise.all([reapOrphans(folder), reapOrphans(folder), reapOrphans(folder)]);
    expect(await pidsWithHome(home)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    expect(await reapOrphans(folder)).toEqual({ ended: [], left: [] });
  });
});

describe("a process goes on", () => {
  it.each([
    ["start time", { startTime: "1@boot" }],
    ["command", { command: "sleep 301" }],
    ["pid", { pid: 2 ** 22 }],
    ["start time, which is not known", { startTime: null }],
  ])("when the lease was for one of another %s, and that lease goes", async (_, forged) => {
    const pid = await start(["sleep", "300"], randomUUID());
    await leaseOf(pid, forged);
    expect(await reapOrphans(folder)).toEqual({ ended: [], left: [] });
    expect(await pidsWithHome(home)).toEqual([pid]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("when its twin is ended", async () => {
    const twin = await start(["sleep", "300"]);
    await leaseOf(await start(["sleep", "300"]));
    await reapOrphans(folder);
    expect(await pidsWithHome(home)).toEqual([twin]);
  });

  it.each([
    ["lives", currentOwner()],
    ["is on another machine", ELSEWHERE],
  ])("when the owner of its lease %s, and the lease stays", async (_, owner) => {
    const pid = await start(["sleep", "300"]);
    const { id } = await leaseOf(pid, { owner });
    expect(await reapOrphans(folder)).toEqual({ ended: [], left: [] });
    expect(await pidsWithHome(home)).toEqual([pid]);
    expect(await readdir(folder)).toEqual([`${id}.json`]);
  });

  it("when nobody on another machine gave a sign of life for its lease, which goes", async () => {
    const pid = await start(["sleep", "300"]);
    const { id } = await leaseOf(pid, { owner: ELSEWHERE });
    await age(`${id}.json`);
    await reapOrphans(folder);
    expect(await pidsWithHome(home)).toEqual([pid]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("a file that is no lease", () => {
  it("ends nobody, and goes when it is old", async () => {
    const pid = await start(["sleep", "300"]);
    const lease = await leaseOf(pid);
    const texts = {
      "cut.json": JSON.stringify(lease).slice(0, -1),
      "empty.json": "",
      "everybody.json": JSON.stringify({ ...lease, pid: -1 }),
      "init.json": JSON.stringify({ ...lease, pid: 1 }),
      "no-id.json": JSON.stringify({ ...lease, id: "" }),
      "version.json": JSON.stringify({ ...lease, version: 2 }),
      [`${lease.id}.json`]: "null",
      [`${lease.id}.json.tmp`]: JSON.stringify(lease),
    };
    const names = Object.keys(texts).sort();
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
    await mkdir(join(folder, "folder.json"));
    expect(await reapOrphans(folder)).toEqual({ ended: [], left: [] });
    expect((await readdir(folder)).sort()).toEqual([...names, "folder.json"].sort());
    await Promise.all(names.map(age));
    expect(await reapOrphans(folder)).toEqual({ ended: [], left: [] });
    expect(await readdir(folder)).toEqual(["folder.json"]);
    expect(await pidsWithHome(home)).toEqual([pid]);
  });

  it.runIf(process.getuid?.() === 0)("of another user is no order to end anything", async () => {
    const pid = await start(["sleep", "300"]);
    const { id } = await leaseOf(pid);
    await chown(join(folder, `${id}.json`), 65_534, 65_534);
    await reapOrphans(folder);
    expect(await pidsWithHome(home)).toEqual([pid]);
    expect(await readdir(folder)).toEqual([`${id}.json`]);
  });

  it("is not even needed: a folder that is not there is an empty one", async () => {
    expect(await reapOrphans(join(home, "nowhere"))).toEqual({ ended: [], left: [] });
  });
});
