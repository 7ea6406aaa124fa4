import { mkdir, open, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import { emptySessionMap, writeSnapshot } from "../../../src/contractor/session-map/session-map-snapshot.ts";
import { readState } from "../../../src/contractor/session-map/session-map-state.ts";
import { endedSample, install, keyOf, NOW, sampleEntry } from "../../suites/session-map-store-conformance.ts";
import { finish, startWriter, temporaryMapPath } from "./session-map-processes.ts";

const FILES = ["session-map.json", "session-map.json.copy"];
const now = (): Date => NOW;

let path: string;
let folder: string;

beforeEach(async () => {
  path = await temporaryMapPath();
  folder = dirname(path);
});

async function entriesOnDisk(): Promise<number> {
  return (await readState(path))?.index.all().length ?? -1;
}

describe("what the file may hold", () => {
  it.each(["{}", '{"version":1}', '\ufeff{"sessions":[]}'])("reads %j as an empty map", async (content) => {
    await writeFile(path, content);
    const store = createFileSessionMapStore({ path });
    expect(await store.list()).toEqual([]);
    await install(store, sampleEntry());
    expect(await store.list()).toEqual([sampleEntry()]);
    expect(await store.incidents()).toEqual([]);
  });

  it("keeps unknown fields of the file and of every entry through every kind of write", async () => {
    const unknown = { text: "ünïcode \u2028", nested: [{ deep: [null, true, 0.1, -1e-7] }], empty: {} };
    const first = { ...sampleEntry({ agentId: "ops" }), later: unknown };
    await writeFile(path, JSON.stringify({ version: 1, sessions: [first], writtenBy: unknown }));
    await install(createFileSessionMapStore({ path }), sampleEntry());
    const journalled = createFileSessionMapStore({ path, wholeBelowBytes: 0, now });
    await journalled.close(keyOf(first), "reset");
    await journalled.flush();
    const closed = { ...endedSample("reset", { agentId: "ops" }), later: unknown };
    const stored: unknown = JSON.parse(await readFile(path, "utf8"));
    expect(stored).toEqual({ version: 1, sessions: [closed, sampleEntry()], writtenBy: unknown });
  });

  it("refuses a file of a future version and leaves it as it is", async () => {
    const content = '{"version":2,"sessions":{"shape":"unknown"}}';
    await writeFile(path, content);
    const store = createFileSessionMapStore({ path });
    const calls = [() => store.list(), () => store.incidents(), () => install(store, sampleEntry())];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: "session-map-future-version" });
    }
    expect(await readFile(path, "utf8")).toBe(content);
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it.each(["session-map.json", "session-map.journal.jsonl"])("refuses an odd thing as %s", async (name) => {
    const store = createFileSessionMapStore({ path });
    await writeFile(join(folder, "elsewhere"), "{}\n");
    await symlink("elsewhere", join(folder, name));
    await expect(store.list()).rejects.toMatchObject({ code: "state-unusable" });
    await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readFile(join(folder, "elsewhere"), "utf8")).toBe("{}\n");
  });

  it("ends every active entry of a conversation that a person doubled by hand", async () => {
    const older = sampleEntry({ claudeSessionId: "claude-0", lastActivityAt: "2025-12-31T00:00:00Z" });
    await writeFile(path, JSON.stringify({ sessions: [sampleEntry(), older] }));
    const store = createFileSessionMapStore({ path, now });
    expect(await store.close(keyOf(older), "reset")).toEqual(endedSample("reset"));
    expect((await store.list()).map((entry) => entry.state)).toEqual(["closed", "closed"]);
  });

  it("sees what a person edits by hand meanwhile", async () => {
    const store = createFileSessionMapStore({ path });
    await install(store, sampleEntry());
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"turns": 1', '"turns": 7'));
    expect(await store.get(keyOf(sampleEntry()))).toEqual(sampleEntry({ turns: 7 }));
  });
});

describe("a write, and one that fails", () => {
  it("replaces a short file whole: who has it open reads the old content to the end", async () => {
    const store = createFileSessionMapStore({ path });
    await install(store, sampleEntry());
    await using reader = await open(path);
    await install(store, sampleEntry({ agentId: "ops" }));
    expect(JSON.parse(await reader.readFile("utf8"))).toMatchObject({ sessions: [sampleEntry()] });
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ sessions: [{}, { agentId: "ops" }] });
    expect(await readFile(`${path}.copy`)).toEqual(await readFile(path));
    expect(await readdir(folder)).toEqual(FILES);
  });

  it("leaves the old content and no temporary file when the rename fails", async () => {
    const map = { ...emptySessionMap(), sessions: [sampleEntry()] };
    const beforeRename = async (): Promise<void> => {
      expect(await readdir(folder)).toHaveLength(1);
      await mkdir(path);
    };
    const written = writeSnapshot(path, { map, beforeRename });
    await expect(written).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it("leaves the old content when something stops it between temporary file and rename", async () => {
    const store = createFileSessionMapStore({ path });
    await install(store, sampleEntry());
    const stop = new Error("stopped");
    const write = { map: emptySessionMap(), beforeRename: () => Promise.reject(stop) };
    await expect(writeSnapshot(path, write)).rejects.toMatchObject({ cause: stop });
    expect(await store.list()).toEqual([sampleEntry()]);
    expect(await readdir(folder)).toEqual(FILES);
  });

  // A limit on the size of files stands in for a full disk: it stops root too.
  it.each([
    ["a whole write", 65_536, FILES],
    ["a line of the journal", 0, ["session-map.journal.jsonl", ...FILES]],
  ])("reports a full disk at %s and leaves what was stored before", async (_, wholeBelowBytes, files) => {
    const options = JSON.stringify({ path, wholeBelowBytes });
    if (wholeBelowBytes === 0) {
      // So long that the journal meets the limit before it is folded.
      const store = createFileSessionMapStore({ path });
      const padding = { padding: "x".repeat(40_000) };
      await install(store, { ...sampleEntry({ agentId: "ops" }), ...padding });
    }
    const before = Math.max(await entriesOnDisk(), 0);
    const writer = startWriter(["install", options, "dev", "100"], "ulimit -f 8");
    const { code, lines, stderr } = await finish(writer);
    expect(code).toBe(1);
    expect(stderr).toContain("state-unusable");
    expect(lines).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(files);
    expect(await entriesOnDisk()).toBe(before + lines);
    const store = createFileSessionMapStore({ path, wholeBelowBytes });
    expect(await install(store, sampleEntry({ agentId: "after" }))).toBe(true);
    expect(await store.incidents()).toEqual([]);
    expect(await store.list()).toHaveLength(before + lines + 1);
  });

  it.each([65_536, 0])("leaves every stored entry when it is killed, whole below %i bytes", async (bytes) => {
    const options = JSON.stringify({ path, wholeBelowBytes: bytes });
    const writer = startWriter(["install", options, "dev", "10000"]);
    const finished = finish(writer);
    const patience = { timeout: 10_000, interval: 1 };
    await vi.waitUntil(async () => (await entriesOnDisk()) > 5, patience);
    writer.kill("SIGKILL");
    const { lines } = await finished;
    const store = createFileSessionMapStore({ path });
    const { length } = await store.list();
    expect(length).toBeGreaterThanOrEqual(lines);
    expect(length).toBeLessThanOrEqual(lines + 1);
    expect(await install(store, sampleEntry({ agentId: "after" }))).toBe(true);
  });
});

describe("several processes at one file", () => {
  it.each(["000", "022", "077"])("has 0600 files in a 0700 folder under umask %s", async (umask) => {
    const options = JSON.stringify({ workspace: folder, wholeBelowBytes: 0 });
    const writer = startWriter(["install", options, "dev", "2"], `umask ${umask}`);
    expect(await finish(writer)).toMatchObject({ code: 0, lines: 2 });
    const stateDir = join(folder, ".openclaw/contractor-agent");
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    const names = (await readdir(stateDir)).filter((name) => name.startsWith("session-map"));
    expect(names).toContain("session-map.json");
    for (const name of names) expect((await stat(join(stateDir, name))).mode & 0o777).toBe(0o600);
  });

  it.each([65_536, 0])("loses none of 2 x 50 entries, whole below %i bytes", async (wholeBelowBytes) => {
    const options = JSON.stringify({ path, wholeBelowBytes });
    const write = ["one", "two"].map((agentId) => finish(startWriter(["install", options, agentId, "50"])));
    for (const writer of await Promise.all(write)) {
      expect(writer).toMatchObject({ code: 0, lines: 50, stderr: "" });
    }
    const store = createFileSessionMapStore({ path });
    expect(await store.list("one")).toHaveLength(50);
    expect(await store.list("two")).toHaveLength(50);
    expect(await store.incidents()).toEqual([]);
  });

  it("loses no turn of a Gateway while a command line installs, closes and removes beside it", async () => {
    const gateway = finish(startWriter(["turns", JSON.stringify({ path }), "dev", "100"]));
    const store = createFileSessionMapStore({ path });
    const other = sampleEntry({ agentId: "ops" });
    const writing = { ended: false };
    void gateway.finally(() => (writing.ended = true));
    do {
      expect(await install(store, other)).toBe(true);
      await store.touch({ key: other, claudeSessionId: "claude-1", at: "2026-01-02T00:00:00Z" });
      expect(await store.close(keyOf(other), "reset")).toMatchObject({ turns: 2 });
      expect(await store.removeAgent("ops")).toBe(1);
    } while (!writing.ended);
    expect(await gateway).toMatchObject({ code: 0, lines: 100, stderr: "" });
    expect(await store.list()).toMatchObject([{ agentId: "dev", state: "active", turns: 101 }]);
  });
});
