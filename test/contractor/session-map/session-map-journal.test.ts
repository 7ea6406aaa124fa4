import fileSystem, { appendFile, copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import { readState } from "../../../src/contractor/session-map/session-map-state.ts";
import type { SessionMapStore } from "../../../src/contractor/session-map/session-map-store.ts";
import { install, keyOf, sampleEntry, turnOf } from "../../suites/session-map-store-conformance.ts";
import { finish, startWriter, temporaryMapPath } from "./session-map-processes.ts";

let path: string;
let journal: string;

/** A store for which every map is a long one. */
const open = (): SessionMapStore => createFileSessionMapStore({ path, wholeBelowBytes: 0 });
const number = (value: number) => sampleEntry({ openclawSessionKey: `agent:dev:${value}` });

beforeEach(async () => {
  path = await temporaryMapPath();
  journal = join(dirname(path), "session-map.journal.jsonl");
  const sessions = Array.from({ length: 10 }, (_, value) => number(value));
  await writeFile(path, JSON.stringify({ version: 1, sessions }));
});

describe("the journal of a long map", () => {
  it("takes a line for each change and leaves the snapshot alone", async () => {
    const before = await readFile(path);
    const store = open();
    await install(store, number(10));
    await store.close(keyOf(number(0)), "reset");
    expect((await readFile(journal, "utf8")).trimEnd().split("\n")).toHaveLength(2);
    expect(await readFile(path)).toEqual(before);
    expect(await open().list()).toHaveLength(11);
    expect(await open().get(keyOf(number(0)))).toBeNull();
  });

  it("spares a turn from reading the map again, as long as nobody else changes it", async () => {
    const workspace = dirname(path);
    const store = createFileSessionMapStore({ workspace, wholeBelowBytes: 0 });
    await install(store, number(0));
    await install(store, { ...number(1), padding: "x".repeat(10_000) });
    await store.flush();
    const readFiles = vi.spyOn(fileSystem, "readFile");
    syncBuiltinESMExports();
    try {
      for (let value = 2; value < 6; value += 1) {
        await install(store, number(value));
        expect(await store.get(keyOf(number(value)))).toEqual(number(value));
        await store.touch(turnOf(number(value)));
      }
      expect(readFiles).not.toHaveBeenCalled();
    } finally {
      readFiles.mockRestore();
      syncBuiltinESMExports();
    }
    expect(await createFileSessionMapStore({ workspace }).list()).toHaveLength(6);
  });

  it("is folded into the snapshot when it outgrows half of it", async () => {
    const store = open();
    for (let value = 10; value < 40; value += 1) await install(store, number(value));
    const lines = (await readState(path))?.journalBytes ?? 0;
    expect(lines).toBeLessThan((await stat(path)).size / 2);
    const { sessions } = JSON.parse(await readFile(path, "utf8")) as { sessions: unknown[] };
    expect(sessions.length).toBeGreaterThan(20);
    expect(await open().list()).toHaveLength(40);
  });

  it.each([
    ["a flush", (store: SessionMapStore) => store.flush()],
    ["the removal of an agent", (store: SessionMapStore) => store.removeAgent("ops")],
  ])("is gone after %s", async (_, change) => {
    const store = open();
    await install(store, sampleEntry({ agentId: "ops" }));
    await install(store, number(10));
    await change(store);
    expect(await readdir(dirname(path))).toEqual(["session-map.json", "session-map.json.copy"]);
    expect(await open().list("dev")).toHaveLength(11);
  });

  it("is folded by the next writer for whom the map is short", async () => {
    await install(open(), number(10));
    await install(createFileSessionMapStore({ path }), number(11));
    expect(await readdir(dirname(path))).toEqual(["session-map.json", "session-map.json.copy"]);
    expect(await open().list()).toHaveLength(12);
  });

  it("changes nothing in a snapshot that has its lines: a crash before its removal is harmless", async () => {
    const store = open();
    await install(store, sampleEntry({ agentId: "ops" }));
    await store.close(keyOf(number(0)), "reset");
    await install(store, { ...number(0), claudeSessionId: "claude-2" });
    await copyFile(journal, `${journal}.kept`);
    await store.removeAgent("ops");
    const after = await store.list();
    // What a crash in the middle of the removal leaves: the new snapshot with the whole old journal.
    const line = JSON.stringify({ removeAgent: "ops", upsert: [] });
    await copyFile(`${journal}.kept`, journal);
    await appendFile(journal, `${line}\n`);
    expect(await open().list()).toEqual(after);
    await install(open(), number(10));
    expect(await open().list()).toHaveLength(after.length + 1);
    expect(await open().list("ops")).toEqual([]);
  });

  it("ignores a line that was torn off, and the next writer cuts it off", async () => {
    await install(open(), number(10));
    await appendFile(journal, '{"upsert":[{"openclawSess');
    const store = open();
    expect(await store.list()).toHaveLength(11);
    await install(store, number(11));
    expect(await open().list()).toHaveLength(12);
    expect(await open().incidents()).toEqual([]);
  });

  it("cuts back a line that could not be made durable, and reports the change as not made", async () => {
    const store = open();
    await install(store, number(10));
    const before = await readFile(journal);
    const handle = await fileSystem.open(journal);
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const sync = vi.spyOn(prototype, "sync").mockRejectedValueOnce(full);
    await expect(install(store, number(11))).rejects.toMatchObject({
      code: "state-unusable",
      message: expect.stringContaining("ENOSPC") as string,
    });
    sync.mockRestore();
    expect(await readFile(journal)).toEqual(before);
    expect(await store.list()).toHaveLength(11);
    expect(await install(store, number(11))).toBe(true);
  });

  it("keeps a change that is durable when the fold after it fails", async () => {
    const store = open();
    const rename = vi.spyOn(fileSystem, "rename").mockRejectedValue(new Error("no"));
    syncBuiltinESMExports();
    try {
      for (let value = 10; value < 20; value += 1) expect(await install(store, number(value))).toBe(true);
      expect(rename).toHaveBeenCalled();
    } finally {
      rename.mockRestore();
      syncBuiltinESMExports();
    }
    expect(await store.list()).toHaveLength(20);
    expect(await open().list()).toHaveLength(20);
  });

  it("never shows a reader less than was there, while another process folds again and again", async () => {
    const options = JSON.stringify({ path, wholeBelowBytes: 0 });
    const writer = finish(startWriter(["install", options, "ops", "150"]));
    const writing = { ended: false };
    void writer.finally(() => (writing.ended = true));
    const store = open();
    let seen = 0;
    while (!writing.ended) {
      const counts = [await store.list("ops"), await open().list("ops")].map(({ length }) => length);
      for (const count of counts) {
        expect(count).toBeGreaterThanOrEqual(seen);
        seen = count;
      }
      expect(await store.list("dev")).toHaveLength(10);
    }
    expect(await writer).toMatchObject({ code: 0, lines: 150, stderr: "" });
    expect(await store.list("ops")).toHaveLength(150);
  });
});

describe("a prepared close", () => {
  it("is on disk at its commit, and in a short map's snapshot after its release", async () => {
    const store = createFileSessionMapStore({ path });
    const prepared = await store.prepareClose(keyOf(number(0)), "reset");
    prepared.commit();
    expect(await open().get(keyOf(number(0)))).toBeNull();
    expect(await stat(journal)).toMatchObject({ mode: 0o100600 });
    await prepared.release();
    expect(await readdir(dirname(path))).toEqual(["session-map.json", "session-map.json.copy"]);
    expect(await open().get(keyOf(number(0)))).toBeNull();
  });

  it("leaves no trace after a rollback", async () => {
    const before = await readFile(path);
    const store = createFileSessionMapStore({ path });
    const prepared = await store.prepareClose(keyOf(number(0)), "reset");
    prepared.commit();
    prepared.rollback();
    expect(await open().get(keyOf(number(0)))).toEqual(number(0));
    await prepared.release();
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(dirname(path))).toEqual(["session-map.json"]);
  });

  it("refuses to commit when the lock was lost, and frees nobody else's lock", async () => {
    const store = open();
    const prepared = await store.prepareClose(keyOf(number(0)), "reset");
    await rm(`${path}.lock`, { recursive: true });
    await fileSystem.mkdir(`${path}.lock`);
    expect(() => {
      prepared.commit();
    }).toThrow(expect.objectContaining({ code: "session-map-locked" }) as Error);
    prepared.rollback();
    await prepared.release();
    expect(await readdir(dirname(path))).toContain("session-map.json.lock");
    expect(await store.get(keyOf(number(0)))).toEqual(number(0));
  });
});
