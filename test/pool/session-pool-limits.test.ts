import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import { createPoolWorld, fakeSession, POOL_OPTIONS, type PoolWorld } from "./pool-world.ts";

let world: PoolWorld;

beforeEach(() => {
  world = createPoolWorld();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the cap", () => {
  it("closes the idle session that was used longest ago", async () => {
    await world.takeTurn("a");
    await world.takeTurn("b");
    await world.takeTurn("a");
    await world.takeTurn("c");
    expect(world.closed()).toEqual(["b"]);
    expect(world.pool.liveSessions).toBe(2);
  });

  it("never closes a session in a turn, though it be the oldest", async () => {
    const running = await world.acquire("a");
    await world.takeTurn("b");
    await world.takeTurn("c");
    expect(world.closed()).toEqual(["b"]);
    await running.release({ keepAt: 1 });
    expect((await world.takeTurn("a")).warm).toBe(true);
  });

  it("counts a session that is being opened", async () => {
    await world.takeTurn("a");
    await world.takeTurn("b");
    const loans = await Promise.all([world.acquire("c"), world.acquire("d")]);
    expect(world.closed()).toEqual(["a", "b"]);
    expect(world.pool.liveSessions).toBe(2);
    await Promise.all(loans.map((loan) => loan.release({ keepAt: null })));
  });

  it("that is lowered applies from the next turn on", async () => {
    await world.takeTurn("a");
    await world.takeTurn("b");
    world.pool.configure({ ...POOL_OPTIONS, maxLive: 1 });
    await world.takeTurn("b");
    expect(world.closed()).toEqual(["a"]);
  });
});

describe("eviction", () => {
  it("closes an idle session at once", async () => {
    await world.takeTurn("a");
    await world.pool.evict("a");
    await world.pool.evict("a");
    await world.pool.evict("unknown");
    expect(world.opened.map(({ closed }) => closed)).toEqual([1]);
    expect(world.pool.liveSessions).toBe(0);
  });

  it("during a turn happens when the session is released", async () => {
    const loan = await world.acquire("a");
    await world.pool.evict("a");
    expect(world.closed()).toEqual([]);
    await loan.release({ keepAt: 1 });
    expect(world.closed()).toEqual(["a"]);
  });

  it("of all closes the idle ones now, and those in a turn or being opened when they are released", async () => {
    await world.takeTurn("a");
    const running = await world.acquire("b");
    const gate = Promise.withResolvers<AgentSession>();
    const opening = world.acquire("c", { open: () => gate.promise });
    await vi.advanceTimersByTimeAsync(0);
    await world.pool.drain();
    expect(world.closed()).toEqual(["a"]);
    const late = fakeSession("c");
    gate.resolve(late);
    await (await opening).release({ keepAt: 1 });
    await running.release({ keepAt: 1 });
    expect(world.closed()).toEqual(["a", "b"]);
    expect(late.closed).toBe(1);
    expect(world.pool.liveSessions).toBe(0);
  });
});
