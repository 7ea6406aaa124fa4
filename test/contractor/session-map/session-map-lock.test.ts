import { mkdirSync, renameSync } from "node:fs";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import lockfile from "proper-lockfile";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import { acquireSessionMapLock } from "../../../src/contractor/session-map/session-map-lock.ts";
import { DEFAULT_RETENTION } from "../../../src/contractor/session-map/session-map-retention.ts";
import { install, keyOf, sampleEntry } from "../../suites/session-map-store-conformance.ts";
import { kill, temporaryMapPath, whileLocked } from "./session-map-processes.ts";

const FILES = ["session-map.json", "session-map.json.copy"];

let path: string;

beforeEach(async () => {
  path = await temporaryMapPath();
});

async function readOwner(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(`${path}.lock-owner`, "utf8")) as Record<string, unknown>;
}

async function age(seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000);
  await utimes(`${path}.lock`, then, then);
}

describe("a lock that somebody holds", () => {
  it("is named with process, command and time, within a bounded time, and stops no read", async () => {
    await writeFile(path, "{}");
    await whileLocked(path, async (holder) => {
      const store = createFileSessionMapStore({ path, lockWaitMs: 100 });
      const started = performance.now();
      const key = keyOf(sampleEntry());
      const writes = [install(store, sampleEntry()), store.close(key, "reset"), store.removeAgent("dev")];
      const message = expect.stringMatching(
        new RegExp(`process ${holder.pid ?? 0} \\(node session-map-writer\\.ts\\) on .* since \\d{4}-`),
      ) as string;
      for (const write of await Promise.allSettled(writes)) {
        const reason = { code: "session-map-locked", retryable: true, message };
        expect(write).toMatchObject({ status: "rejected", reason });
      }
      expect(performance.now() - started).toBeLessThan(3000);
      expect(await store.list()).toEqual([]);
    });
  });

  it("is not taken from a living process, however old it looks", async () => {
    await whileLocked(path, async () => {
      await age(60);
      const store = createFileSessionMapStore({ path, lockWaitMs: 100 });
      await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "session-map-locked" });
    });
  });

  it("says nothing of arguments, which may hold secrets", async () => {
    const lock = await acquireSessionMapLock(path, 0);
    const owner = await readOwner();
    expect(owner).toMatchObject({ pid: process.pid, startTime: expect.stringMatching(/^\d+$/) as string });
    expect(owner["command"]).not.toMatch(/[/=]|--/);
    await lock.release();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("is got as soon as its holder lets go", async () => {
    const release = await lockfile.lock(path, { realpath: false });
    const installed = install(createFileSessionMapStore({ path }), sampleEntry());
    await release();
    expect(await installed).toBe(true);
    expect(await readdir(dirname(path))).toEqual(FILES);
  });
});

describe("a lock that a dead process left", () => {
  it("is taken over at once when the owner is known", async () => {
    await whileLocked(path, async (holder) => {
      await kill(holder);
      const store = createFileSessionMapStore({ path, lockWaitMs: 0 });
      const started = performance.now();
      expect(await install(store, sampleEntry())).toBe(true);
      expect(performance.now() - started).toBeLessThan(2000);
      expect(await readdir(dirname(path))).toEqual(FILES);
    });
  });

  it("is taken over at once when its pid belongs to another process now", async () => {
    await whileLocked(path, async (holder) => {
      await kill(holder);
      const owner = { ...(await readOwner()), pid: process.pid, startTime: "1" };
      await writeFile(`${path}.lock-owner`, JSON.stringify(owner));
      const store = createFileSessionMapStore({ path, lockWaitMs: 0 });
      expect(await install(store, sampleEntry())).toBe(true);
    });
  });

  it.each([
    ["another machine's", (owner: object) => JSON.stringify({ ...owner, host: "elsewhere" })],
    ["of an earlier lock", (owner: object) => JSON.stringify({ ...owner, lock: "1:1" })],
    ["unreadable", () => "{"],
  ])("is taken over after eight seconds without life when the owner is %s", async (_, rewrite) => {
    await whileLocked(path, async (holder) => {
      await kill(holder);
      await writeFile(`${path}.lock-owner`, rewrite(await readOwner()));
      const store = createFileSessionMapStore({ path, lockWaitMs: 100 });
      await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "session-map-locked" });
      await age(9);
      expect(await install(store, sampleEntry())).toBe(true);
    });
  });

  it("goes to one of several that find it at the same time", async () => {
    await whileLocked(path, async (holder) => {
      await kill(holder);
      let holders = 0;
      const take = async (): Promise<number> => {
        const lock = await acquireSessionMapLock(path, performance.now() + 10_000);
        holders += 1;
        const together = holders;
        await lock.assertHeld();
        holders -= 1;
        await lock.release();
        return together;
      };
      expect(await Promise.all(Array.from({ length: 8 }, take))).toEqual(Array(8).fill(1));
    });
  });

  it("is reclaimed although another process died while it was reclaiming", async () => {
    await whileLocked(path, async (holder) => {
      await kill(holder);
      const then = new Date(Date.now() - 9000);
      await mkdir(`${path}.lock-reclaim`);
      await utimes(`${path}.lock-reclaim`, then, then);
      expect(await install(createFileSessionMapStore({ path, lockWaitMs: 1000 }), sampleEntry())).toBe(true);
      expect(await readdir(dirname(path))).toEqual(FILES);
    });
  });
});

describe("a lock that is lost in the middle of a write", () => {
  const takeLockOver = (): void => {
    mkdirSync(`${path}.other`, { recursive: true });
    renameSync(`${path}.other`, `${path}.lock`);
  };
  const losses: [string, (report?: (error: Error) => void) => void][] = [
    ["another process took it over", takeLockOver],
    ["it is reported as compromised", (report) => report?.(new Error("not refreshed in time"))],
  ];

  it.each(losses)("is noticed: nothing is written and nobody's lock is freed when %s", async (_, lose) => {
    await install(createFileSessionMapStore({ path }), sampleEntry());
    const locking = vi.spyOn(lockfile, "lock");
    // Asked when the lock is taken and nothing is written yet.
    const retention = () => {
      lose(locking.mock.lastCall?.[1]?.onCompromised);
      return DEFAULT_RETENTION;
    };
    const store = createFileSessionMapStore({ path, retention });
    const closed = store.close(keyOf(sampleEntry()), "reset");
    await expect(closed).rejects.toMatchObject({ code: "session-map-locked", retryable: true });
    locking.mockRestore();
    expect(await readdir(dirname(path))).toEqual([
      ...FILES,
      "session-map.json.lock",
      "session-map.json.lock-owner",
    ]);
    expect(await store.list()).toEqual([sampleEntry()]);
  });
});
