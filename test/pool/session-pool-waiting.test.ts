import { availableParallelism } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import type { SessionLoan } from "../../src/pool/session-loan.ts";
import { createPoolWorld, fakeSession, POOL_OPTIONS, type PoolWorld } from "./pool-world.ts";

let world: PoolWorld;

beforeEach(() => {
  world = createPoolWorld();
});

afterEach(() => {
  vi.useRealTimers();
});

const moment = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function busyPool(): Promise<[SessionLoan, SessionLoan]> {
  return [await world.acquire("a"), await world.acquire("b")];
}

describe("when every session is in a turn", () => {
  it("the next ones wait, in the order in which they came", async () => {
    const [a, b] = await busyPool();
    const order: string[] = [];
    const waiting = ["c", "d"].map(async (conversation) => {
      const loan = await world.acquire(conversation);
      order.push(conversation);
      await loan.release({ keepAt: 1 });
    });
    await moment();
    expect([order, world.pool.liveSessions]).toEqual([[], 2]);
    await a.release({ keepAt: 1 });
    await Promise.all(waiting);
    expect(order).toEqual(["c", "d"]);
    await b.release({ keepAt: 1 });
    expect(world.pool.liveSessions).toBe(2);
  });

  it("a conversation with a session of its own does not wait", async () => {
    const [a] = await busyPool();
    const waiting = world.acquire("c");
    await a.release({ keepAt: 1 });
    await (await waiting).release({ keepAt: 1 });
    expect((await world.takeTurn("c")).warm).toBe(true);
  });

  it("says so after a second, once", async () => {
    await busyPool();
    const told: number[] = [];
    const waiting = world.acquire("c", { onWaiting: (busy) => told.push(busy) });
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told).toEqual([2]);
  });

  it("a turn waits for a bounded time, is told what to do, and leaves no trace", async () => {
    const [a] = await busyPool();
    const failed = expect(world.acquire("c")).rejects.toMatchObject({
      code: "sessions-exhausted",
      retryable: true,
      message: expect.stringContaining("All 2 Claude sessions") as string,
    });
    await vi.advanceTimersByTimeAsync(POOL_OPTIONS.waitMs);
    await failed;
    await a.release({ keepAt: 1 });
    expect((await world.takeTurn("d")).warm).toBe(false);
  });

  it("whoever is cancelled leaves the line to those behind", async () => {
    const [a] = await busyPool();
    const cancellation = new AbortController();
    const gone = expect(world.acquire("c", { signal: cancellation.signal })).rejects.toThrow();
    const next = world.acquire("d");
    cancellation.abort();
    await gone;
    await a.release({ keepAt: 1 });
    expect((await next).session.sessionId).toBe("d");
    expect(world.opened.map(({ sessionId }) => sessionId)).toEqual(["a", "b", "d"]);
  });

  it("room that work in the background makes by ending is found, though nobody tells", async () => {
    await world.takeTurn("a");
    await world.acquire("b");
    const [working] = world.opened;
    if (working === undefined) throw new Error("nothing was opened");
    working.hasBackgroundWork = true;
    const waiting = world.acquire("c");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.opened).toHaveLength(2);
    working.hasBackgroundWork = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await waiting).session.sessionId).toBe("c");
    expect(world.closed()).toEqual(["a"]);
  });
});

it("a place is free only when the process that had it is gone", async () => {
  await world.takeTurn("a");
  await world.acquire("b");
  const [oldest] = world.opened;
  const ended = Promise.withResolvers<undefined>();
  if (oldest) oldest.close = () => ended.promise;
  const waiting = world.acquire("c");
  await moment();
  expect([world.opened.length, world.pool.liveSessions]).toEqual([2, 2]);
  ended.resolve(undefined);
  await waiting;
  expect([world.opened.length, world.pool.liveSessions]).toEqual([3, 2]);
});

it("no more processes start at once than there are cores", async () => {
  const cores = availableParallelism();
  world.pool.configure({ ...POOL_OPTIONS, maxLive: cores + 2 });
  const gates = Array.from({ length: cores + 2 }, () => Promise.withResolvers<AgentSession>());
  const begun: number[] = [];
  const loans = gates.map(({ promise }, index) =>
    world.acquire(`conversation ${index}`, {
      open: () => {
        begun.push(index);
        return promise;
      },
    }),
  );
  await moment();
  expect(begun).toHaveLength(cores);
  gates[0]?.resolve(fakeSession("first"));
  await moment();
  expect(begun).toHaveLength(cores + 1);
  for (const gate of gates) gate.resolve(fakeSession("other"));
  await Promise.all(loans);
  expect(begun).toHaveLength(cores + 2);
});

describe("more memory than there may be", () => {
  it("ends idle sessions, the least recently used first, until it is kept to", async () => {
    world = createPoolWorld({ maxLive: 6, bytes: 100, maxBytes: 250 });
    for (const conversation of ["a", "b", "c", "d"]) await world.takeTurn(conversation);
    await world.takeTurn("a");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.closed()).toEqual(["b", "c"]);
  });

  it("ends no turn", async () => {
    world = createPoolWorld({ maxLive: 6, bytes: 100, maxBytes: 50 });
    const running = await world.acquire("a");
    await world.takeTurn("b");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.closed()).toEqual(["b"]);
    await running.release({ keepAt: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.closed()).toEqual(["a", "b"]);
  });
});
