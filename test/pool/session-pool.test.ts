import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import {
  createPoolWorld,
  fakeSession,
  IDLE_MS,
  POOL_OPTIONS,
  type Asked,
  type PoolWorld,
} from "./pool-world.ts";

let world: PoolWorld;

beforeEach(() => {
  world = createPoolWorld();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the next turn of a conversation", () => {
  it("gets the warm session", async () => {
    const first = await world.takeTurn("a");
    const second = await world.takeTurn("a");
    expect([first.warm, second.warm]).toEqual([false, true]);
    expect(second.session).toBe(first.session);
    expect(world.opened).toHaveLength(1);
  });

  it.each<[string, Asked]>([
    ["the settings changed", { fingerprint: "other" }],
    ["the map names another session", { claudeSessionId: "b" }],
    ["the map names no session any more", { claudeSessionId: null }],
    ["another process has been in the session meanwhile", { turns: 2 }],
    ["the map was put back to what it was before", { turns: 0 }],
  ])("gets another process when %s", async (_, asked) => {
    await world.takeTurn("a");
    const loan = await world.takeTurn("a", asked);
    expect(loan.warm).toBe(false);
    expect(world.opened.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(world.pool.liveSessions).toBe(1);
  });

  it("finds the conversation among the warm ones, unless its process died", async () => {
    expect(world.pool.warmConversations()).toEqual([]);
    await world.takeTurn("a");
    await world.takeTurn("b");
    expect(world.pool.warmConversations()).toEqual(["a", "b"]);
    if (world.opened[0]) world.opened[0].usable = false;
    expect(world.pool.warmConversations()).toEqual(["b"]);
  });

  it("gets another process when the warm one died meanwhile", async () => {
    await world.takeTurn("a");
    if (world.opened[0]) world.opened[0].usable = false;
    expect((await world.takeTurn("a")).warm).toBe(false);
    expect(world.opened.map(({ closed }) => closed)).toEqual([1, 0]);
  });

  it("gets another process when the turn left the warm one unusable", async () => {
    const loan = await world.acquire("a");
    if (world.opened[0]) world.opened[0].usable = false;
    await loan.release({ keepAt: 1 });
    expect(world.closed()).toEqual(["a"]);
    expect((await world.takeTurn("a")).warm).toBe(false);
  });

  it("gets another process when nobody wanted to keep the last one", async () => {
    await (await world.acquire("a")).release({ keepAt: null });
    expect(world.closed()).toEqual(["a"]);
    expect(world.pool.liveSessions).toBe(0);
    expect((await world.takeTurn("a")).warm).toBe(false);
  });
});

describe("idle time", () => {
  it("closes a session when it is over, and not before", async () => {
    await world.takeTurn("a");
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(world.closed()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.closed()).toEqual(["a"]);
    expect(world.pool.liveSessions).toBe(0);
  });

  it("begins anew with each turn, and never ends one that runs", async () => {
    await world.takeTurn("a");
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    const loan = await world.acquire("a");
    await vi.advanceTimersByTimeAsync(10 * IDLE_MS);
    expect(world.closed()).toEqual([]);
    await loan.release({ keepAt: 1 });
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(world.closed()).toEqual([]);
  });

  it("of nothing keeps no session", async () => {
    world.pool.configure({ ...POOL_OPTIONS, idleMs: 0 });
    await world.takeTurn("a");
    expect(world.closed()).toEqual(["a"]);
  });
});

describe("failures", () => {
  it("to open a session leave no place taken", async () => {
    const open = (): Promise<AgentSession> => Promise.reject(new Error("no"));
    await expect(world.acquire("a", { open })).rejects.toThrow("no");
    expect(world.pool.liveSessions).toBe(0);
  });

  it("of an opening that nobody waits for any more leave the place of its successor alone", async () => {
    const gate = Promise.withResolvers<AgentSession>();
    const abandoned = world.acquire("a", { open: () => gate.promise });
    const loan = await world.acquire("a");
    gate.reject(new Error("too late"));
    await expect(abandoned).rejects.toThrow("too late");
    expect(world.pool.liveSessions).toBe(1);
    await loan.release({ keepAt: 1 });
    expect((await world.takeTurn("a")).warm).toBe(true);
    await world.pool.drain();
    expect(world.closed()).toEqual(["a"]);
  });

  it("to be in time make a session close as soon as it is there, and its successor is kept", async () => {
    const gate = Promise.withResolvers<AgentSession>();
    const abandoned = world.acquire("a", { open: () => gate.promise });
    const loan = await world.acquire("a");
    const late = fakeSession("a");
    gate.resolve(late);
    await (await abandoned).release({ keepAt: null });
    expect(late.closed).toBe(1);
    await loan.release({ keepAt: 1 });
    expect((await world.takeTurn("a")).session).toBe(loan.session);
  });

  it("to close one cost the turn nothing", async () => {
    const loan = await world.acquire("a");
    if (world.opened[0]) world.opened[0].close = () => Promise.reject(new Error("stuck"));
    await loan.release({ keepAt: null });
    expect(world.pool.liveSessions).toBe(0);
  });
});

describe("a session that is opened ahead of its turn", () => {
  const prepare = (open: () => Promise<AgentSession | null>, turns = 1): Promise<void> =>
    world.pool.prepare("a", { fingerprint: "same", turns, open });

  it("is the turn's, which waits for it; it was nobody's before", async () => {
    const session = fakeSession("a");
    const opening = Promise.withResolvers<AgentSession>();
    const prepared = prepare(() => opening.promise);
    const loan = world.acquire("a");
    opening.resolve(session);
    await prepared;
    expect((await loan).session).toBe(session);
    expect((await loan).warm).toBe(false);
    await (await loan).release({ keepAt: 1 });
    expect((await world.takeTurn("a")).warm).toBe(true);
    expect(world.opened).toEqual([]);
  });

  it("ends when the turn wants another one", async () => {
    const session = fakeSession("a");
    await prepare(() => Promise.resolve(session), 7);
    await world.takeTurn("a");
    expect(session.closed).toBe(1);
    expect(world.pool.liveSessions).toBe(1);
  });

  it("ends like any other that nobody uses", async () => {
    const session = fakeSession("a");
    await prepare(() => Promise.resolve(session));
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(session.closed).toBe(1);
    expect(world.pool.liveSessions).toBe(0);
  });

  it("takes nobody's place, and is not opened twice", async () => {
    const open = vi.fn(() => Promise.resolve(fakeSession("a")));
    await world.takeTurn("b");
    await world.takeTurn("c");
    await prepare(open);
    expect(open).not.toHaveBeenCalled();
    await world.pool.evict("c");
    await Promise.all([prepare(open), prepare(open)]);
    expect(open).toHaveBeenCalledOnce();
    expect(world.closed()).toEqual(["c"]);
  });

  it("leaves its place when it cannot be opened, or is gone", async () => {
    await expect(prepare(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await prepare(() => Promise.resolve(null));
    expect(world.pool.liveSessions).toBe(0);
    expect((await world.takeTurn("a")).warm).toBe(false);
  });

  it("ends when the conversation is evicted while it is opened", async () => {
    const session = fakeSession("a");
    const opening = Promise.withResolvers<AgentSession>();
    const prepared = prepare(() => opening.promise);
    const evicted = world.pool.evict("a");
    opening.resolve(session);
    await Promise.all([prepared, evicted]);
    expect(session.closed).toBe(1);
    expect(world.pool.liveSessions).toBe(0);
  });
});
