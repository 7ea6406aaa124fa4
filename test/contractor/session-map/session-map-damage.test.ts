import fileSystem, { appendFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import type { SessionMapStore } from "../../../src/contractor/session-map/session-map-store.ts";
import { endedSample, install, keyOf, NOW, sampleEntry } from "../../suites/session-map-store-conformance.ts";
import { temporaryMapPath, whileLocked } from "./session-map-processes.ts";

const DAMAGED = "session-map.json.damaged-2026-01-05T12-00-00.000Z";
const now = (): Date => NOW;

let path: string;
const open = (wholeBelowBytes = 65_536): SessionMapStore =>
  createFileSessionMapStore({ path, now, wholeBelowBytes });

beforeEach(async () => {
  path = await temporaryMapPath();
});

async function damagedFiles(): Promise<string[]> {
  return (await readdir(dirname(path))).filter((name) => name.includes(".damaged-"));
}

const DAMAGES: [string, string | Buffer, RegExp][] = [
  ["an empty file", "", /is empty/],
  ["a torn file", '{"version": 1, "sessions": [{"openclawSess', /is not JSON/],
  ["a list", "[]", /is not a session map/],
  ["another version scheme", '{"version":"1","sessions":[]}', /is not a session map: version/],
  ["an entry without a session id", '{"sessions":[{"agentId":"dev"}]}', /sessions\.0/],
  ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /is not JSON/],
];

describe.each(DAMAGES)("%s", (_, content, problem) => {
  const incident = (restored: number) => ({
    at: NOW.toISOString(),
    movedTo: join(dirname(path), DAMAGED),
    problem: expect.stringMatching(problem) as string,
    restored,
  });

  it("is moved aside by a read, and its entries are restored from the copy", async () => {
    await install(open(), sampleEntry());
    await writeFile(path, content);
    const store = open();
    expect(await store.get(keyOf(sampleEntry()))).toEqual(sampleEntry());
    expect(await store.incidents()).toEqual([incident(1)]);
    expect(await open().incidents()).toEqual([incident(1)]);
    expect(await readFile(join(dirname(path), DAMAGED))).toEqual(Buffer.from(content));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is moved aside by a write, and without a copy the map begins anew", async () => {
    await writeFile(path, content);
    const store = open();
    expect(await install(store, sampleEntry())).toBe(true);
    expect(await store.list()).toEqual([sampleEntry()]);
    expect(await store.incidents()).toEqual([incident(0)]);
    expect(await readFile(join(dirname(path), DAMAGED))).toEqual(Buffer.from(content));
  });
});

describe("a damaged map", () => {
  it("gets back what stands in the journal as well", async () => {
    await install(open(), sampleEntry());
    await install(open(0), sampleEntry({ agentId: "ops" }));
    await open(0).close(keyOf(sampleEntry()), "reset");
    await writeFile(path, "");
    const store = open(0);
    expect(await store.list()).toEqual([endedSample("reset"), sampleEntry({ agentId: "ops" })]);
    expect(await store.incidents()).toMatchObject([{ restored: 2 }]);
  });

  it("begins anew when the copy is damaged too", async () => {
    await install(open(), sampleEntry());
    await writeFile(path, "{");
    await writeFile(`${path}.copy`, "{");
    expect(await open().list()).toEqual([]);
    expect(await open().incidents()).toMatchObject([{ restored: 0 }]);
  });

  it("overwrites no earlier damaged file, and remembers the last five", async () => {
    await install(open(), sampleEntry());
    for (let round = 0; round < 7; round += 1) {
      await writeFile(path, `damage ${round}`);
      expect(await open().list()).toEqual([sampleEntry()]);
    }
    const names = await damagedFiles();
    expect(names).toHaveLength(7);
    const contents = names.map((name) => readFile(join(dirname(path), name), "utf8"));
    expect((await Promise.all(contents)).toSorted()[6]).toBe("damage 6");
    const moved = (await open().incidents()).map(({ movedTo }) => basename(movedTo));
    expect(moved).toEqual(["-3", "-4", "-5", "-6", "-7"].map((end) => DAMAGED + end));
  });

  it("is repaired once by several that meet it at once", async () => {
    await install(open(), sampleEntry());
    await writeFile(path, "{");
    const stores = Array.from({ length: 5 }, () => open());
    const lists = await Promise.all(stores.map((store) => store.list()));
    for (const entries of lists) expect(entries).toEqual([sampleEntry()]);
    expect(await damagedFiles()).toEqual([DAMAGED]);
  });

  it("stays where it is while somebody else has the lock", async () => {
    await writeFile(path, "{");
    await whileLocked(path, async () => {
      const store = createFileSessionMapStore({ path, lockWaitMs: 0 });
      await expect(store.list()).rejects.toMatchObject({ code: "session-map-locked" });
    });
    expect(await readFile(path, "utf8")).toBe("{");
  });

  it("stays where it is when the disk is full", async () => {
    await writeFile(path, "{");
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const rename = vi.spyOn(fileSystem, "rename").mockRejectedValue(full);
    syncBuiltinESMExports();
    try {
      await expect(open().list()).rejects.toMatchObject({ code: "state-unusable" });
    } finally {
      rename.mockRestore();
      syncBuiltinESMExports();
    }
    expect(await readFile(path, "utf8")).toBe("{");
    expect(await readdir(dirname(path))).toEqual(["session-map.json"]);
  });
});

describe("a damaged journal", () => {
  it("is moved aside, and every readable line of it counts", async () => {
    // Padded, so that the journal is not folded at once.
    await install(open(), { ...sampleEntry({ agentId: "first" }), padding: "x".repeat(5000) });
    const journal = join(dirname(path), "session-map.journal.jsonl");
    await install(open(0), sampleEntry({ agentId: "second" }));
    await appendFile(journal, "\u0000\u0000\n");
    const line = JSON.stringify({ upsert: [sampleEntry({ agentId: "third" })] });
    await appendFile(journal, `${line}\n`);
    const content = await readFile(journal);
    const store = open(0);
    expect((await store.list()).map(({ agentId }) => agentId)).toEqual(["first", "second", "third"]);
    expect(await store.incidents()).toMatchObject([{ problem: "has an unreadable line 2", restored: 3 }]);
    expect(await readFile(join(dirname(path), DAMAGED))).toEqual(content);
    expect(await readdir(dirname(path))).not.toContain("session-map.journal.jsonl");
  });
});
