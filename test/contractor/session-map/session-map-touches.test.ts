import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import type { SessionMapStore } from "../../../src/contractor/session-map/session-map-store.ts";
import {
  endedSample,
  install,
  keyOf,
  NOW,
  sampleEntry,
  turnOf,
} from "../../suites/session-map-store-conformance.ts";
import { temporaryMapPath, whileLocked } from "./session-map-processes.ts";

const key = keyOf(sampleEntry());

let path: string;
/** The Gateway's store, and another process's. */
let gateway: SessionMapStore;
let other: SessionMapStore;

const open = (flushMs?: number): SessionMapStore =>
  createFileSessionMapStore({
    path,
    now: () => NOW,
    lockWaitMs: 200,
    ...(flushMs !== undefined && { flushMs }),
  });

beforeEach(async () => {
  path = await temporaryMapPath();
  gateway = open();
  other = open();
  await install(gateway, sampleEntry());
});

describe("a touch", () => {
  it("writes nothing before the flush, and then everything", async () => {
    const before = await readFile(path);
    await gateway.touch(turnOf(sampleEntry()));
    expect(await gateway.get(key)).toMatchObject({ turns: 2 });
    expect(await readFile(path)).toEqual(before);
    expect(await other.get(key)).toMatchObject({ turns: 1 });
    await gateway.flush();
    expect(await other.get(key)).toMatchObject({ turns: 2, lastActivityAt: "2026-01-02T00:00:00Z" });
  });

  it("is written by itself after a while", async () => {
    const store = open(20);
    await store.touch(turnOf(sampleEntry()));
    await vi.waitUntil(async () => (await other.get(key))?.turns === 2, { timeout: 5000 });
    expect(await store.get(key)).toMatchObject({ turns: 2 });
  });

  it("adds to the turns of another process, and overwrites none of its changes", async () => {
    await gateway.touch(turnOf(sampleEntry(), { changes: { lifecycle: "two" } }));
    await other.touch(turnOf(sampleEntry(), { at: "2026-01-03T00:00:00Z", changes: { transcript: "/t" } }));
    await other.flush();
    await gateway.flush();
    const both = { turns: 3, lastActivityAt: "2026-01-03T00:00:00Z", lifecycle: "two", transcript: "/t" };
    expect(await other.get(key)).toEqual(sampleEntry(both));
    expect(await gateway.get(key)).toEqual(sampleEntry(both));
  });

  it("does not resurrect what another process closed, replaced or removed", async () => {
    const second = sampleEntry({ claudeSessionId: "claude-2", lastActivityAt: "2026-01-04T00:00:00Z" });
    await gateway.touch(turnOf(sampleEntry()));
    await other.close(key, "reset");
    expect(await gateway.get(key)).toBeNull();
    await gateway.flush();
    expect(await other.list()).toEqual([endedSample("reset")]);
    await install(other, second);
    await gateway.touch(turnOf(second));
    await other.removeAgent("dev");
    await gateway.flush();
    expect(await gateway.list()).toEqual([]);
  });

  it("stays pending when its flush fails, and is written by the next one, once", async () => {
    await gateway.touch(turnOf(sampleEntry()));
    await whileLocked(path, async () => {
      await expect(gateway.flush()).rejects.toMatchObject({ code: "session-map-locked" });
      expect(await gateway.get(key)).toMatchObject({ turns: 2 });
      expect(await gateway.touch(turnOf(sampleEntry()))).toBe(true);
    });
    await gateway.flush();
    await gateway.flush();
    expect(await other.get(key)).toMatchObject({ turns: 3 });
  });

  it("survives a background flush that fails, and disturbs nobody with it", async () => {
    const store = open(20);
    await whileLocked(path, async () => {
      await store.touch(turnOf(sampleEntry()));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await store.touch(turnOf(sampleEntry()))).toBe(true);
    });
    await vi.waitUntil(async () => (await other.get(key))?.turns === 3, { timeout: 5000 });
    expect(await store.get(key)).toMatchObject({ turns: 3 });
  });

  it("counts once for a reader at any moment of a flush", async () => {
    let turns = 1;
    for (let round = 0; round < 20; round += 1) {
      await gateway.touch(turnOf(sampleEntry()));
      turns += 1;
      const flush = { ended: false };
      const flushed = gateway.flush().finally(() => (flush.ended = true));
      while (!flush.ended) {
        expect(await gateway.get(key)).toMatchObject({ turns });
        await new Promise((resolve) => setImmediate(resolve));
      }
      await flushed;
    }
    expect(await other.get(key)).toMatchObject({ turns });
  });

  it("is of no use any more when the map is gone", async () => {
    await gateway.touch(turnOf(sampleEntry()));
    await rm(path);
    await gateway.flush();
    expect(await gateway.list()).toEqual([]);
    expect(await readdir(dirname(path))).toEqual(["session-map.json.copy"]);
  });
});

describe("history", () => {
  const days = (count: number): string => new Date(NOW.getTime() - count * 86_400_000).toISOString();
  const ended = (claudeSessionId: string, endedAt: string) =>
    endedSample("reset", { claudeSessionId, endedAt });

  it("is pruned by age and number when the file is written, and active entries never are", async () => {
    const old = sampleEntry({ agentId: "ops", lastActivityAt: days(500) });
    const withoutEnd = sampleEntry({ claudeSessionId: "old", state: "closed", lastActivityAt: days(91) });
    const young = Array.from({ length: 4 }, (_, number) => ended(`claude-1${number}`, days(number)));
    const sessions = [old, withoutEnd, ended("too old", days(91)), ...young];
    await writeFile(path, JSON.stringify({ version: 1, sessions }));
    const retention = () => ({ closedSessionDays: 90, closedSessionsKept: 2 });
    const store = createFileSessionMapStore({ path, retention, now: () => NOW });
    expect(await store.list()).toHaveLength(7);
    await install(store, sampleEntry({ openclawSessionKey: "agent:dev:new" }));
    const left = (await store.list()).map(({ claudeSessionId }) => claudeSessionId);
    expect(left.toSorted()).toEqual(["claude-1", "claude-1", "claude-10", "claude-11"]);
    expect(await other.list()).toHaveLength(4);
  });

  it("keeps the end of each conversation, even where no history shall be kept", async () => {
    const reset = ended("reset", days(1));
    const before = ended("before", days(2));
    await writeFile(path, JSON.stringify({ version: 1, sessions: [before, reset] }));
    const retention = () => ({ closedSessionDays: 90, closedSessionsKept: 0 });
    const store = createFileSessionMapStore({ path, retention, now: () => NOW });
    await install(store, sampleEntry({ openclawSessionKey: "agent:dev:new" }));
    expect((await store.list()).map(({ claudeSessionId }) => claudeSessionId)).toEqual(["reset", "claude-1"]);
  });
});
