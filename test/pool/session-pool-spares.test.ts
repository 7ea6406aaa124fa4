import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import { createPoolWorld, fakeSession, POOL_OPTIONS, type PoolWorld } from "./pool-world.ts";

let world: PoolWorld;

beforeEach(() => {
  world = createPoolWorld({ spares: true });
});

afterEach(() => {
  vi.useRealTimers();
});

const NEW = { claudeSessionId: null, turns: 0 };
const spareOf = (owner: string): string => `spare of ${owner}`;

describe("a spare session", () => {
  it("is what a new conversation gets, and then its own", async () => {
    await world.prepareSpare("dev");
    expect([world.pool.liveSessions, world.pool.hasSpare("dev")]).toEqual([1, true]);
    const loan = await world.acquire("a", NEW);
    expect([loan.session.sessionId, loan.warm]).toEqual([spareOf("dev"), false]);
    await loan.release({ keepAt: 1 });
    expect([world.pool.liveSessions, world.pool.hasSpare("dev")]).toEqual([1, false]);
    const next = await world.acquire("a", { claudeSessionId: spareOf("dev") });
    expect(next.warm).toBe(true);
  });

  it("that has made room may come back when a conversation's process has ended, and not when one makes room", async () => {
    world.pool.configure({ ...POOL_OPTIONS, spares: true, maxLive: 1 });
    let rooms = 0;
    const stop = world.pool.onRoom(() => (rooms += 1));
    await world.takeTurn("a");
    await world.takeTurn("b");
    expect([world.closed(), rooms]).toEqual([["a"], 0]);
    await vi.advanceTimersByTimeAsync(POOL_OPTIONS.idleMs);
    expect([world.closed(), rooms]).toEqual([["a", "b"], 1]);
    stop();
    await world.takeTurn("c");
    await world.pool.evict("c");
    expect(rooms).toBe(1);
  });

  it("is given to one conversation only", async () => {
    await world.prepareSpare("dev");
    const [a, b] = await Promise.all([world.acquire("a", NEW), world.acquire("b", NEW)]);
    expect([a.session.sessionId, b.session.sessionId].toSorted()).toEqual(["b", spareOf("dev")]);
  });

  it("that is being opened is waited for, by one conversation", async () => {
    const opening = Promise.withResolvers<AgentSession>();
    const prepared = world.pool.prepareSpare("dev", { key: "key", open: () => opening.promise });
    const first = world.acquire("a", NEW);
    expect((await world.acquire("b", NEW)).session.sessionId).toBe("b");
    opening.resolve(fakeSession(spareOf("dev")));
    expect((await first).session.sessionId).toBe(spareOf("dev"));
    await prepared;
    expect([world.pool.liveSessions, world.pool.hasSpare("dev")]).toEqual([2, false]);
  });

  it("that cannot be opened is made good by the conversation that waits for it", async () => {
    const opening = Promise.withResolvers<AgentSession>();
    const prepared = world.pool.prepareSpare("dev", { key: "key", open: () => opening.promise });
    const loan = world.acquire("a", NEW);
    opening.reject(new Error("broken"));
    await expect(prepared).rejects.toThrow("broken");
    expect((await loan).session.sessionId).toBe("a");
  });

  it.each([
    ["a conversation that has a session", {}],
    ["one that needs another kind of session", { ...NEW, spareKey: () => Promise.resolve("other") }],
  ])("is not for %s", async (_, asked) => {
    await world.prepareSpare("dev");
    expect((await world.acquire("a", asked)).session.sessionId).toBe("a");
    expect(world.pool.hasSpare("dev")).toBe(true);
  });

  it("that has died is not given away", async () => {
    await world.prepareSpare("dev");
    if (world.opened[0]) world.opened[0].usable = false;
    expect((await world.acquire("a", NEW)).session.sessionId).toBe("a");
    expect(world.pool.hasSpare("dev")).toBe(false);
  });

  it("is prepared once, anew when it has died, and another one when another kind is needed", async () => {
    await world.prepareSpare("dev");
    await world.prepareSpare("dev");
    expect(world.opened).toHaveLength(1);
    if (world.opened[0]) world.opened[0].usable = false;
    await world.prepareSpare("dev");
    await world.prepareSpare("dev", "other");
    expect(world.opened.map(({ closed }) => closed)).toEqual([1, 1, 0]);
    expect(world.pool.liveSessions).toBe(1);
  });

  it("that is an hour old is not given away, and is renewed before it is", async () => {
    await world.prepareSpare("dev");
    await vi.advanceTimersByTimeAsync(29 * 60_000);
    await world.prepareSpare("dev");
    expect(world.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    await world.prepareSpare("dev");
    expect(world.opened.map(({ closed }) => closed)).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect((await world.acquire("a", NEW)).session.sessionId).toBe("a");
    expect(world.closed()).toEqual([spareOf("dev"), spareOf("dev")]);
  });

  it("counts, and ends before a conversation's session does", async () => {
    await world.takeTurn("a");
    await world.prepareSpare("dev");
    await world.takeTurn("b");
    expect(world.closed()).toEqual([spareOf("dev")]);
    expect(world.pool.liveSessions).toBe(2);
  });

  it("is not prepared where all places are taken, or where none are wanted", async () => {
    await world.takeTurn("a");
    await world.takeTurn("b");
    await world.prepareSpare("dev");
    expect(world.opened).toHaveLength(2);
    world.pool.configure({ ...POOL_OPTIONS, maxLive: 6, spares: false });
    await world.prepareSpare("dev");
    expect(world.opened).toHaveLength(2);
  });

  it("ends for memory before a conversation's session does", async () => {
    world = createPoolWorld({ spares: true, maxLive: 6, bytes: 100, maxBytes: 150 });
    await world.takeTurn("a");
    await world.prepareSpare("dev");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.closed()).toEqual([spareOf("dev")]);
  });

  it("is never left behind: neither one that is ready nor one that is being opened", async () => {
    world = createPoolWorld({ spares: true, maxLive: 6 });
    await world.prepareSpare("dev");
    const gate = Promise.withResolvers<AgentSession>();
    const preparing = world.pool.prepareSpare("zed", { key: "key", open: () => gate.promise });
    await vi.advanceTimersByTimeAsync(0);
    const drained = world.pool.drain();
    await vi.advanceTimersByTimeAsync(0);
    expect(world.closed()).toEqual([spareOf("dev")]);
    const late = fakeSession("late");
    gate.resolve(late);
    await drained;
    expect(late.closed).toBe(1);
    await preparing;
    expect([late.closed, world.pool.liveSessions]).toEqual([1, 0]);
  });

  it("that cannot be opened takes no place, and says why", async () => {
    const opening = { key: "key", open: () => Promise.reject(new Error("no login")) };
    await expect(world.pool.prepareSpare("dev", opening)).rejects.toThrow("no login");
    expect([world.pool.liveSessions, world.pool.hasSpare("dev")]).toEqual([0, false]);
  });
});
