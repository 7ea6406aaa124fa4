import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, renameSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import lockfile from "proper-lockfile";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileSessionMapStore } from "../../src/contractor/file-session-map-store.ts";
import { readSessionMapFile, writeSessionMapFile } from "../../src/contractor/session-map-file.ts";
import { emptySessionMap } from "../../src/contractor/session-map.ts";
import { keyOf, sampleEntry } from "../suites/session-map-store-conformance.ts";

const WRITER = join(import.meta.dirname, "../fixtures/session-map-writer.ts");

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-session-map-"));
  path = join(folder, "session-map.json");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

type Writer = ChildProcessByStdio<null, Readable, Readable>;

/** `prelude` is shell that runs before the writer, in the same process. */
function startWriter(args: string[], prelude = ":"): Writer {
  const command = ["-c", `${prelude}; exec "$@"`, "sh", process.execPath, WRITER, ...args];
  return spawn("sh", command, { stdio: ["ignore", "pipe", "pipe"] });
}

async function finish(writer: Writer): Promise<{ code: number | null; stored: number; stderr: string }> {
  const closed = once(writer, "close");
  const [stdout, stderr] = await Promise.all([text(writer.stdout), text(writer.stderr), closed]);
  return { code: writer.exitCode, stored: stdout.split("\n").filter(Boolean).length, stderr };
}

function takeLockOver(): void {
  mkdirSync(`${path}.other`, { recursive: true });
  renameSync(`${path}.other`, `${path}.lock`);
}

async function whileLocked(run: (holder: Writer) => Promise<void>): Promise<void> {
  const holder = startWriter(["hold", path]);
  try {
    await once(holder.stdout, "data");
    await run(holder);
  } finally {
    holder.kill("SIGKILL");
  }
}

describe("what the file may hold", () => {
  it.each(["{}", '{"version":1}', '\ufeff{"sessions":[]}'])("reads %j as an empty map", async (content) => {
    await writeFile(path, content);
    const store = createFileSessionMapStore({ path });
    expect(await store.list()).toEqual([]);
    await store.put(sampleEntry());
    expect(await store.list()).toEqual([sampleEntry()]);
  });

  it("keeps unknown fields of the file and of every entry through a write", async () => {
    const unknown = { text: "ünïcode \u2028", nested: [{ deep: [null, true, 0.1, -1e-7] }], empty: {} };
    const first = { ...sampleEntry({ agentId: "ops" }), later: unknown };
    await writeFile(path, JSON.stringify({ version: 1, sessions: [first], writtenBy: unknown }));
    await createFileSessionMapStore({ path }).put(sampleEntry());
    const stored: unknown = JSON.parse(await readFile(path, "utf8"));
    expect(stored).toEqual({ version: 1, sessions: [first, sampleEntry()], writtenBy: unknown });
  });

  it.each([
    ["an empty file", ""],
    ["a truncated file", '{"version": 1, "sessions": [{"openclawSess'],
    ["a list", "[]"],
    ["another version scheme", '{"version":"1","sessions":[]}'],
    ["an entry without a session id", '{"sessions":[{"agentId":"dev"}]}'],
    ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])("refuses %s, names the file and leaves it as it is", async (_, content) => {
    await writeFile(path, content);
    const store = createFileSessionMapStore({ path });
    const refusal = { code: "session-map-invalid", message: expect.stringContaining(path) as string };
    await expect(store.get(keyOf(sampleEntry()))).rejects.toMatchObject(refusal);
    await expect(store.put(sampleEntry())).rejects.toMatchObject(refusal);
    await expect(store.close(keyOf(sampleEntry()))).rejects.toMatchObject(refusal);
    expect(await readFile(path)).toEqual(Buffer.from(content));
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it("refuses a file of a future version and leaves it as it is", async () => {
    const content = '{"version":2,"sessions":{"shape":"unknown"}}';
    await writeFile(path, content);
    const store = createFileSessionMapStore({ path });
    await expect(store.list()).rejects.toMatchObject({ code: "session-map-future-version" });
    await expect(store.put(sampleEntry())).rejects.toMatchObject({ code: "session-map-future-version" });
    expect(await readFile(path, "utf8")).toBe(content);
  });

  it("retires every active entry of a conversation that a person doubled by hand", async () => {
    const older = sampleEntry({ claudeSessionId: "claude-0", lastActivityAt: "2025-12-31T00:00:00Z" });
    await writeFile(path, JSON.stringify({ sessions: [sampleEntry(), older] }));
    const store = createFileSessionMapStore({ path });
    expect(await store.close(keyOf(older))).toEqual(sampleEntry({ state: "closed" }));
    expect((await store.list()).map((entry) => entry.state)).toEqual(["closed", "closed"]);
  });
});

describe("a write, and one that fails", () => {
  it("replaces the file instead of changing it: who has it open reads the old content to the end", async () => {
    const store = createFileSessionMapStore({ path });
    await store.put(sampleEntry());
    await using reader = await open(path);
    await store.put(sampleEntry({ agentId: "ops" }));
    expect(JSON.parse(await reader.readFile("utf8"))).toMatchObject({ sessions: [sampleEntry()] });
    expect(await store.list()).toHaveLength(2);
  });

  it("leaves the old content and no temporary file when the rename fails", async () => {
    const map = { ...emptySessionMap(), sessions: [sampleEntry()] };
    const beforeRename = async (): Promise<void> => {
      expect(await readdir(folder)).toHaveLength(1);
      await mkdir(path);
    };
    const written = writeSessionMapFile(path, { map, beforeRename });
    await expect(written).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it("leaves the old content when something stops it between temporary file and rename", async () => {
    await createFileSessionMapStore({ path }).put(sampleEntry());
    const stop = new Error("stopped");
    const write = { map: emptySessionMap(), beforeRename: () => Promise.reject(stop) };
    await expect(writeSessionMapFile(path, write)).rejects.toMatchObject({ cause: stop });
    expect((await readSessionMapFile(path)).sessions).toEqual([sampleEntry()]);
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  // A limit on the size of files stands in for a full disk: it stops root too.
  it("reports a full disk and leaves what was stored before, whole", async () => {
    const put = ["put", JSON.stringify({ path }), "dev", "100"];
    const { code, stored, stderr } = await finish(startWriter(put, "ulimit -f 8"));
    expect(code).toBe(1);
    expect(stderr).toContain("state-unusable");
    expect(stored).toBeGreaterThan(0);
    expect(await createFileSessionMapStore({ path }).list()).toHaveLength(stored);
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it("leaves what was stored before, whole, when the process is killed in the middle of it", async () => {
    const writer = startWriter(["put", JSON.stringify({ path }), "dev", "10000"]);
    const finished = finish(writer);
    const patience = { timeout: 10_000, interval: 1 };
    await vi.waitUntil(async () => (await readSessionMapFile(path)).sessions.length > 5, patience);
    await vi.waitUntil(async () => (await readdir(folder)).some((name) => name.endsWith(".tmp")), patience);
    writer.kill("SIGKILL");
    const { stored } = await finished;
    const { length } = (await readSessionMapFile(path)).sessions;
    expect(length).toBeGreaterThanOrEqual(stored);
    expect(length).toBeLessThanOrEqual(stored + 1);
  });
});

describe("several processes at one file", () => {
  it.each(["000", "022", "077"])("is 0600 in a 0700 folder under umask %s", async (umask) => {
    const put = ["put", JSON.stringify({ workspace: folder }), "dev", "1"];
    expect(await finish(startWriter(put, `umask ${umask}`))).toMatchObject({ code: 0, stored: 1 });
    const stateDir = join(folder, ".openclaw/contractor-agent");
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(stateDir, "session-map.json"))).mode & 0o777).toBe(0o600);
  });

  it("loses none of 2 x 50 entries that two processes put at the same time", async () => {
    const put = (agentId: string): Writer => startWriter(["put", JSON.stringify({ path }), agentId, "50"]);
    const writers = await Promise.all([finish(put("one")), finish(put("two"))]);
    for (const writer of writers) expect(writer).toMatchObject({ code: 0, stored: 50, stderr: "" });
    const store = createFileSessionMapStore({ path });
    expect(await store.list("one")).toHaveLength(50);
    expect(await store.list("two")).toHaveLength(50);
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it("says session-map-locked within a bounded time while a live process holds the lock", async () => {
    await writeFile(path, "{}");
    await whileLocked(async () => {
      const store = createFileSessionMapStore({ path, lockWaitMs: 100 });
      const started = performance.now();
      const writes = [store.put(sampleEntry()), store.close(keyOf(sampleEntry())), store.removeAgent("dev")];
      const message = expect.stringMatching(
        /session-map\.json\.lock has been held .* for \d+\.\d s/,
      ) as string;
      for (const write of await Promise.allSettled(writes)) {
        const reason = { code: "session-map-locked", retryable: true, message };
        expect(write).toMatchObject({ status: "rejected", reason });
      }
      expect(performance.now() - started).toBeLessThan(3000);
      expect(await store.list()).toEqual([]);
    });
  });

  it("gets the lock as soon as its holder lets go", async () => {
    const release = await lockfile.lock(path, { realpath: false });
    const put = createFileSessionMapStore({ path }).put(sampleEntry());
    await release();
    await put;
    expect(await readdir(folder)).toEqual(["session-map.json"]);
  });

  it("takes over a lock that a dead process left, once it shows no life for ten seconds", async () => {
    await whileLocked(async (holder) => {
      holder.kill("SIGKILL");
      await once(holder, "close");
      const elevenSecondsAgo = new Date(Date.now() - 11_000);
      await utimes(`${path}.lock`, elevenSecondsAgo, elevenSecondsAgo);
      const store = createFileSessionMapStore({ path, lockWaitMs: 0 });
      await store.put(sampleEntry());
      expect(await store.list()).toEqual([sampleEntry()]);
      expect(await readdir(folder)).toEqual(["session-map.json"]);
    });
  });

  const losses: [string, (report?: (error: Error) => void) => void][] = [
    ["another process took the lock over", takeLockOver],
    ["the lock is reported as compromised", (report) => report?.(new Error("not refreshed in time"))],
  ];

  it.each(losses)("writes nothing and frees nobody's lock when %s", async (_, lose) => {
    const store = createFileSessionMapStore({ path });
    await store.put(sampleEntry());
    const locking = vi.spyOn(lockfile, "lock");
    const entry = {
      ...sampleEntry(),
      // Read in the middle of the edit: the lock is taken, nothing is written yet.
      get turns() {
        lose(locking.mock.lastCall?.[1]?.onCompromised);
        return 2;
      },
    };
    await expect(store.put(entry)).rejects.toMatchObject({ code: "session-map-locked", retryable: true });
    expect(await readdir(folder)).toEqual(["session-map.json", "session-map.json.lock"]);
    expect(await store.list()).toEqual([sampleEntry()]);
  });
});
