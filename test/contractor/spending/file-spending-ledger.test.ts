import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureStateDir, usagePathOf } from "../../../src/contractor/runtime-state.ts";
import {
  createFileSpendingLedger,
  type FileSpendingLedgerOptions,
} from "../../../src/contractor/spending/file-spending-ledger.ts";
import type { SpendingKey, SpendingLedger } from "../../../src/contractor/spending/spending-ledger.ts";
import type { ContractorError } from "../../../src/errors/contractor-error.ts";
import { whileLocked } from "../session-map/session-map-processes.ts";

const WRITER = join(import.meta.dirname, "../../fixtures/spending-writer.ts");
const KEY: SpendingKey = { agentId: "dev", openclawSessionKey: "agent:dev:main", life: null };
const NEVER_MS = 3_600_000;
const DAY_MS = 86_400_000;

let workspace: string;
let path: string;
let now: Date;

beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), "spending-")));
  path = usagePathOf(workspace);
  now = new Date("2026-01-01T12:00:00.000Z");
});

afterEach(async () => {
  await rm(workspace, { recursive: true, force: true });
});

function open(options: Partial<FileSpendingLedgerOptions> = {}): SpendingLedger {
  return createFileSpendingLedger({
    ...{ workspace, now: () => now, timeZone: "UTC", flushMs: NEVER_MS },
    ...options,
  });
}

const turn = (usd: number, tokens: number) => ({ usd, tokens, turns: 1 });

/** An account with one turn in it, on disk. */
async function written(): Promise<SpendingLedger> {
  const ledger = open();
  ledger.add(KEY, turn(0.5, 100));
  await ledger.flush();
  return ledger;
}

describe("what was used", () => {
  it("is nothing before the first turn, and no file is made to say so", async () => {
    const nothing = { usd: 0, tokens: 0, turns: 0 };
    expect(await open().read(KEY)).toEqual({ session: nothing, day: nothing, agent: nothing });
    expect(await readdir(workspace)).toEqual([]);
  });

  it("counts at once, and after a flush in every process", async () => {
    const ledger = open();
    ledger.add(KEY, turn(0.1, 100));
    ledger.add(KEY, turn(0.2, 50));
    const sum = { usd: 0.3, tokens: 150, turns: 2 };
    const spent = { session: sum, day: sum, agent: sum };
    expect(ledger.current(KEY)).toEqual(spent);
    expect(await ledger.read(KEY)).toEqual(spent);
    expect(await open().read(KEY)).toMatchObject({ agent: { turns: 0 } });
    await ledger.flush();
    expect(ledger.current(KEY)).toEqual(spent);
    expect(await open().read(KEY)).toEqual(spent);
  });

  it("is written by itself after a while", async () => {
    const ledger = open({ flushMs: 20 });
    ledger.add(KEY, turn(0.1, 100));
    await expect.poll(async () => (await open().read(KEY)).agent.tokens).toBe(100);
  });

  it("is told apart by conversation and agent, and the life before a reset is no part of the next", async () => {
    const ledger = await written();
    const other = { ...KEY, openclawSessionKey: "agent:dev:other" };
    ledger.add(other, turn(1, 1));
    ledger.add({ ...KEY, agentId: "ops" }, turn(2, 2));
    await ledger.flush();
    const anew = { ...KEY, life: "2026-01-01T12:00:00.000Z" };
    expect(await ledger.read(anew)).toMatchObject({
      session: { turns: 0 },
      agent: { usd: 1.5, tokens: 101 },
    });
    ledger.add(anew, turn(0.25, 5));
    await ledger.flush();
    expect(await ledger.read(anew)).toMatchObject({ session: { usd: 0.25 }, agent: { usd: 1.75 } });
    expect(await ledger.agent("dev")).toMatchObject({
      since: "2026-01-01T12:00:00.000Z",
      sessions: [
        { openclawSessionKey: "agent:dev:other", usd: 1, tokens: 1, turns: 1 },
        { openclawSessionKey: "agent:dev:main", usd: 0.25, tokens: 5, turns: 1 },
      ],
    });
  });

  it("begins anew at midnight, on the clock that was given, for the day alone", async () => {
    now = new Date("2026-03-29T21:59:59.000Z");
    const ledger = open({ timeZone: "Europe/Berlin" });
    ledger.add(KEY, turn(1, 10));
    await ledger.flush();
    expect(await ledger.read(KEY)).toMatchObject({ day: { usd: 1 } });
    now = ledger.clock().nextDay;
    expect(now.toISOString()).toBe("2026-03-29T22:00:00.000Z");
    expect(await ledger.read(KEY)).toMatchObject({ day: { usd: 0 }, session: { usd: 1 }, agent: { usd: 1 } });
    ledger.add(KEY, turn(2, 20));
    expect(await ledger.read(KEY)).toMatchObject({ day: { usd: 2 }, agent: { usd: 3 } });
  });

  it("is corrected downwards, never below nothing", async () => {
    const ledger = await written();
    ledger.add(KEY, { usd: -0.2, tokens: -30, turns: 0 });
    expect(ledger.current(KEY).agent).toEqual({ usd: 0.3, tokens: 70, turns: 1 });
    ledger.add(KEY, { usd: -9, tokens: -900, turns: 0 });
    await ledger.flush();
    expect((await ledger.read(KEY)).agent).toEqual({ usd: 0, tokens: 0, turns: 1 });
  });

  it("is kept by day for 62 days", async () => {
    const ledger = await written();
    now = new Date(now.getTime() + 63 * DAY_MS);
    ledger.add({ ...KEY, openclawSessionKey: "agent:dev:other" }, turn(1, 1));
    await ledger.flush();
    const file = JSON.parse(await readFile(path, "utf8")) as { agents: { dev: object } };
    expect(file.agents.dev).toMatchObject({
      total: { turns: 2 },
      days: { "2026-03-05": { turns: 1 } },
      sessions: [{ openclawSessionKey: "agent:dev:other" }],
    });
    expect(JSON.stringify(file)).not.toContain('2026-01-01"');
  });

  it("begins anew for the agent alone when the owner says so", async () => {
    const ledger = await written();
    now = new Date("2026-01-01T13:00:00.000Z");
    // Another process, as the command is.
    expect(await open().resetAgent("dev")).toEqual({ movedTo: null });
    expect(await ledger.read(KEY)).toMatchObject({
      agent: { usd: 0 },
      day: { usd: 0.5 },
      session: { usd: 0.5 },
    });
    expect(await ledger.agent("dev")).toMatchObject({ since: now.toISOString() });
  });

  it("goes with the agent, and nobody else's with it", async () => {
    const ledger = await written();
    ledger.add({ ...KEY, agentId: "ops" }, turn(2, 2));
    await ledger.flush();
    await open().removeAgent("dev");
    expect(await ledger.agent("dev")).toMatchObject({ since: null, agent: { turns: 0 } });
    expect(await ledger.agent("ops")).toMatchObject({ agent: { turns: 1 } });
  });
});

describe("two processes at one account", () => {
  it("lose nothing of each other's", async () => {
    // On the writers' clock: by another one, theirs or this one's would be too old to be kept.
    const ledger = open({ now: () => new Date() });
    const turns = 25;
    const writers = ["one", "two"].map((key) =>
      execa(process.execPath, [WRITER, workspace, key, String(turns)], { timeout: 50_000 }),
    );
    for (let number = 0; number < turns; number += 1) {
      ledger.add(KEY, turn(0.01, 10));
      await ledger.flush();
    }
    await Promise.all(writers);
    expect(await ledger.read(KEY)).toMatchObject({
      session: { usd: 0.25, tokens: 250, turns },
      agent: { usd: 0.75, tokens: 750, turns: 3 * turns },
    });
    expect((await readdir(dirname(path))).filter((name) => /tmp|lock/.test(name))).toEqual([]);
  });

  it("wait for each other, not for ever, and what could not be written is written later", async () => {
    await written();
    const problems: ContractorError[] = [];
    const ledger = open({ lockWaitMs: 100, onProblem: (error) => problems.push(error) });
    ledger.add(KEY, turn(1, 1));
    await whileLocked(path, async () => {
      await expect(ledger.flush()).rejects.toMatchObject({ code: "usage-locked", retryable: true });
      await expect(ledger.flush()).rejects.toThrow(/account of what was used is locked: process/);
      expect(ledger.current(KEY).agent).toMatchObject({ usd: 1 });
      // A budget must not be held against what may be forgotten.
      await expect(ledger.read(KEY)).rejects.toMatchObject({ code: "usage-locked" });
    });
    expect(problems).toHaveLength(1);
    expect(await ledger.read(KEY)).toMatchObject({ agent: { usd: 1.5, turns: 2 } });
    expect(await open().read(KEY)).toMatchObject({ agent: { usd: 1.5, turns: 2 } });
  });
});

describe("the file", () => {
  it("is the user's alone, under any umask", async () => {
    const before = process.umask(0);
    try {
      await written();
    } finally {
      process.umask(before);
    }
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect((await lstat(dirname(path))).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"version": 1, "agents": {"dev": {"since"'],
    ["of a newer version", '{"version": 2, "agents": {}}'],
    ["without numbers", '{"version": 1, "agents": {"dev": {"since": "2026-01-01T12:00:00.000Z"}}}'],
    [
      "of numbers that cannot be",
      '{"version":1,"agents":{"dev":{"since":"2026-01-01T12:00:00.000Z","total":{"usd":-1,"tokens":0,"turns":0},"days":{},"sessions":[]}}}',
    ],
  ])("is never taken for nothing when it is %s, and is left as it is", async (_, content) => {
    await ensureStateDir(workspace);
    await writeFile(path, content);
    const ledger = open();
    ledger.add(KEY, turn(1, 1));
    await expect(ledger.read(KEY)).rejects.toMatchObject({ code: "state-unusable" });
    await expect(ledger.flush()).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readFile(path, "utf8")).toBe(content);
    const { movedTo } = await open().resetAgent("dev");
    expect(await readFile(movedTo ?? "", "utf8")).toBe(content);
    // What this process knew meanwhile is not lost.
    expect(await ledger.read(KEY)).toMatchObject({ agent: { usd: 1, turns: 1 } });
  });

  it("is not followed when it is a symbolic link", async () => {
    const elsewhere = join(workspace, "elsewhere.json");
    await writeFile(elsewhere, '{"version": 1, "agents": {}}');
    await ensureStateDir(workspace);
    await symlink(elsewhere, path);
    const ledger = open();
    ledger.add(KEY, turn(1, 1));
    await expect(ledger.read(KEY)).rejects.toMatchObject({ code: "state-unusable" });
    await expect(ledger.flush()).rejects.toThrow(/is a symbolic link/);
    expect(await readFile(elsewhere, "utf8")).toBe('{"version": 1, "agents": {}}');
  });

  it("keeps what a newer version has put beside its own fields", async () => {
    await ensureStateDir(workspace);
    const account = { since: now.toISOString(), total: turn(1, 1), days: {}, sessions: [], plan: "team" };
    await writeFile(path, JSON.stringify({ version: 1, agents: { dev: account }, rates: 3 }));
    await written();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({
      rates: 3,
      agents: { dev: { plan: "team", total: { usd: 1.5, tokens: 101, turns: 2 } } },
    });
  });

  it("that cannot be written stops nobody who has no budget, and everybody who has one", async () => {
    await mkdir(path, { recursive: true });
    const ledger = open();
    ledger.add(KEY, turn(1, 1));
    expect(ledger.current(KEY)).toMatchObject({ agent: { usd: 1 } });
    await expect(ledger.flush()).rejects.toMatchObject({ code: "state-unusable" });
    await expect(ledger.read(KEY)).rejects.toMatchObject({ code: "state-unusable" });
  });
});
