import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keepSpares } from "../../src/openclaw/keep-spares.ts";

const asked: string[] = [];
const logged: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  logged.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

const events = new EventEmitter<{ room: []; wanted: [agentId: string] }>();

function spares(
  agentIds: () => string[],
  opening = (): Promise<void> => Promise.resolve(),
  atRest = (): Promise<void> => Promise.resolve(),
) {
  return keepSpares({
    bridge: () => ({
      prepareSpare: (agentId) => {
        asked.push(agentId);
        return opening();
      },
    }),
    agentIds,
    events: {
      onRoom(listener) {
        events.on("room", listener);
        return () => events.off("room", listener);
      },
      onWanted(listener) {
        events.on("wanted", listener);
        return () => events.off("wanted", listener);
      },
    },
    log: (message) => logged.push(message),
    atRest,
  });
}

const STARTED_MS = 3_000;
const TEN_MINUTES_MS = 600_000;

it("asks for a spare of each contractor once the Gateway has started, and every ten minutes", async () => {
  const kept = spares(() => ["dev", "zed"]);
  await vi.advanceTimersByTimeAsync(STARTED_MS - 1);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["dev", "zed"]);
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  expect(asked).toEqual(["dev", "zed", "dev", "zed"]);
  kept.stop();
});

it("asks for one after the other, and for no more once it is stopped", async () => {
  const opening = Promise.withResolvers<undefined>();
  const kept = spares(
    () => ["dev", "zed"],
    () => opening.promise,
  );
  await vi.advanceTimersByTimeAsync(STARTED_MS);
  expect(asked).toEqual(["dev"]);
  kept.stop();
  opening.resolve(undefined);
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  expect(asked).toEqual(["dev"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("asks for one that was used, and for all as soon as there is room again, until it is stopped", async () => {
  const kept = spares(() => ["dev", "zed"]);
  events.emit("wanted", "zed");
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["zed"]);
  events.emit("room");
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["zed", "dev", "zed"]);
  events.emit("room");
  kept.stop();
  events.emit("wanted", "zed");
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  expect(asked).toEqual(["zed", "dev", "zed"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("asks outside of the turn that has used one", async () => {
  const turn = new AsyncLocalStorage<string>();
  const askedIn: (string | undefined)[] = [];
  const kept = spares(
    () => ["dev"],
    () => {
      askedIn.push(turn.getStore());
      return Promise.resolve();
    },
  );
  turn.run("a turn that is over", () => events.emit("wanted", "dev"));
  turn.run("another one", () => events.emit("room"));
  await vi.advanceTimersByTimeAsync(0);
  expect(askedIn).toEqual([undefined]);
  kept.stop();
});

it("says why when nobody can tell which contractors there are, and tries again", async () => {
  let broken = true;
  const kept = spares(() => {
    if (broken) throw new Error("the configuration is invalid");
    return ["dev"];
  });
  await vi.advanceTimersByTimeAsync(STARTED_MS);
  expect(logged).toEqual([expect.stringContaining("the configuration is invalid")]);
  broken = false;
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  expect(asked).toEqual(["dev"]);
  kept.stop();
});

it("asks for none while the Gateway has something else to do", async () => {
  const settled = Promise.withResolvers<undefined>();
  const kept = spares(
    () => ["dev"],
    () => Promise.resolve(),
    () => settled.promise,
  );
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  expect(asked).toEqual([]);
  settled.resolve(undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["dev"]);
  kept.stop();
});
