import { randomUUID } from "node:crypto";
import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { startAgentProcess, type AgentProcess } from "../../src/process/agent-process.ts";
import { writeLease } from "../../src/process/lease-file.ts";
import { LEASE_VARIABLE, pidsWithEntry, pidsWithLease } from "../../src/process/lease-mark.ts";
import { identityOf } from "../../src/process/process-identity.ts";
import { createProcessLeases, type ProcessLeases } from "../../src/process/process-leases.ts";
import { currentOwner } from "../../src/process/process-owner.ts";
import { reapRegularly } from "../../src/process/reap-regularly.ts";
import {
  createHome,
  kill,
  leasesIn,
  nextLine,
  pidsWithHome,
  startStranger,
  TREE_SCRIPT,
  TREE_SIZE,
} from "./lease-world.ts";

let home: string;
let folder: string;
let environment: Record<string, string>;
let leases: ProcessLeases;
const log = vi.fn<(message: string) => void>();

beforeEach(async () => {
  ({ home, folder, environment } = await createHome());
  log.mockClear();
  leases = createProcessLeases({ folder, log });
});

function start(script: string, purpose = "session of dev"): Promise<AgentProcess> {
  const lease = { leases, purpose };
  return startAgentProcess({
    command: "sh",
    args: ["-c", script],
    environment,
    workingDirectory: home,
    lease,
  });
}

/** With the whole of its tree. */
async function startTree(): Promise<AgentProcess> {
  const agentProcess = await start(TREE_SCRIPT);
  await nextLine(Readable.fromWeb(agentProcess.output as ReadableStream));
  expect(await pidsWithHome(home)).toHaveLength(TREE_SIZE);
  return agentProcess;
}

const guards = (): Promise<number[]> => pidsWithEntry((entry) => entry === `LEASE_FOLDER=${folder}`);

describe("a process that was started", () => {
  it("is in a lease of its own for as long as it runs", async () => {
    const agentProcess = await start("sleep 300");
    const { pid } = agentProcess;
    await expect.poll(() => leasesIn(folder)).toMatchObject([{ pid }]);
    const [lease] = await leasesIn(folder);
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    const startedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
    const purpose = "session of dev";
    expect(lease).toEqual({
      ...{ version: 1, id, pid, purpose, startedAt, owner: currentOwner() },
      ...(await identityOf(pid)),
    });
    expect(lease?.command).toBe("sh -c sleep 300");
    expect(await readdir(folder)).toEqual([`${lease?.id ?? ""}.json`]);
    await agentProcess.terminate(2_000);
    expect(await readdir(folder)).toEqual([]);
  });

  it("hands its lease on to whatever it starts", async () => {
    await startTree();
    const [lease] = await leasesIn(folder);
    const marked = await pidsWithLease(lease?.id ?? "");
    expect(marked.sort()).toEqual((await pidsWithHome(home)).sort());
  });

  it("ends with what lost its parent and has a session of its own", async () => {
    const agentProcess = await startTree();
    await agentProcess.terminate(2_000);
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("ends with what it started when it was told to end", async () => {
    const agentProcess = await start(`
      trap 'sh -c "setsid sleep 300 &"; exit' TERM
      echo ready
      while :; do sleep 0.05; done`);
    await nextLine(Readable.fromWeb(agentProcess.output as ReadableStream));
    await agentProcess.terminate(2_000);
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("leaves no such thing, and no lease, when it ends by itself", async () => {
    await start("sh -c 'setsid sleep 300 &'; exit 1");
    await expect.poll(() => leasesIn(folder)).toEqual([]);
    expect(await pidsWithHome(home)).toEqual([]);
  });

  it("leaves no lease when it could not be started", async () => {
    const lease = { leases, purpose: "nothing" };
    const program = { command: "/nonexistent", args: [], environment, workingDirectory: home };
    await expect(startAgentProcess({ ...program, lease })).rejects.toMatchObject({
      code: "adapter-start-failed",
    });
    expect(await readdir(folder)).toEqual([]);
    await expect.poll(guards).toEqual([]);
  });

  it("is nobody else's to read about", async () => {
    const agentProcess = await start("sleep 300");
    const [name = ""] = await readdir(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    await agentProcess.terminate(2_000);
  });
});

describe("a lease that cannot be written", () => {
  it("is told of and costs nothing, and is written as soon as that works", async () => {
    await writeFile(folder, "in the way");
    const agentProcess = await start("sleep 300", "session of dev");
    expect(log).toHaveBeenCalledWith(expect.stringContaining("session of dev"));
    expect(await guards()).toHaveLength(1);
    await rm(folder);
    await leases.reap();
    expect(await leasesIn(folder)).toMatchObject([{ pid: agentProcess.pid }]);
    await agentProcess.terminate(2_000);
    expect(await leasesIn(folder)).toEqual([]);
    expect(await pidsWithHome(home)).toEqual([]);
  });
});

describe("the guard", () => {
  it("is one for all leases, and goes with the last", async () => {
    const one = await start("sleep 300");
    const two = await start("sleep 300");
    expect(await guards()).toHaveLength(1);
    await one.terminate(2_000);
    expect(await guards()).toHaveLength(1);
    await two.terminate(2_000);
    await expect.poll(guards).toEqual([]);
    const three = await start("sleep 300");
    expect(await guards()).toHaveLength(1);
    await three.terminate(2_000);
    await expect.poll(guards).toEqual([]);
  });

  it("is replaced with the next lease when somebody has ended it", async () => {
    const one = await start("sleep 300");
    const [first] = await guards();
    kill(first);
    await expect.poll(guards).toEqual([]);
    const two = await start("sleep 300");
    expect(await guards()).toHaveLength(1);
    await Promise.all([one.terminate(2_000), two.terminate(2_000)]);
    await expect.poll(guards).toEqual([]);
  });
});

describe("reap", () => {
  it("touches nothing of a living owner, and shows that it lives", async () => {
    const { pid } = await start("exec sleep 300");
    await expect.poll(() => leasesIn(folder)).toMatchObject([{ pid }]);
    const [name = ""] = await readdir(folder);
    const path = join(folder, name);
    await utimes(path, 0, 0);
    expect(await leases.reap()).toEqual({ ended: [], left: [] });
    expect(Date.now() - (await stat(path)).mtimeMs).toBeLessThan(10_000);
    expect(await pidsWithHome(home)).toEqual([pid]);
  });

  it("writes what somebody has deleted", async () => {
    const { pid } = await start("sleep 300");
    await expect.poll(() => leasesIn(folder)).toMatchObject([{ pid }]);
    await rm(folder, { recursive: true });
    await leases.reap();
    expect(await leasesIn(folder)).toMatchObject([{ pid }]);
  });

  it("tries again what could not be ended", async () => {
    const held = await leases.open({ command: ["sleep", "300"], purpose: "stubborn" });
    const pid = await startStranger(["sleep", "300"], { ...environment, [LEASE_VARIABLE]: held.id });
    held.begin(pid);
    await held.end(false);
    await expect.poll(() => leasesIn(folder)).toMatchObject([{ pid }]);
    expect(await leases.reap()).toMatchObject({ ended: [{ pid, purpose: "stubborn" }], left: [] });
    expect(await pidsWithHome(home)).toEqual([]);
    expect(await leasesIn(folder)).toEqual([]);
    await expect.poll(guards).toEqual([]);
  });
});

describe("reapRegularly", () => {
  async function leaveOrphan(purpose: string): Promise<void> {
    const pid = await startStranger(["sleep", "300"], environment);
    const identity = await identityOf(pid);
    const { startTime = null, command = "" } = identity ?? {};
    const owner = { ...currentOwner(), startTime: "1" };
    const [id, startedAt] = [randomUUID(), new Date().toISOString()];
    await writeLease(folder, { version: 1, id, purpose, startedAt, owner, pid, startTime, command });
  }

  it("reaps now and then, says what it ended, and is silent otherwise", async () => {
    await leaveOrphan("first");
    const stop = reapRegularly(leases, { log, everyMs: 20 });
    await expect.poll(() => log.mock.calls.flat()).toEqual([expect.stringMatching(/: first \(pid \d+\)$/)]);
    await leaveOrphan("second");
    await expect.poll(() => log.mock.calls.flat()).toHaveLength(2);
    stop();
    expect(await pidsWithHome(home)).toEqual([]);
    expect(log).toHaveBeenLastCalledWith(expect.stringContaining("second"));
  });
});
