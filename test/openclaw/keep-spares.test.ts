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

function spares(
  agentIds: () => string[],
  prepareSpare = (): Promise<void> => Promise.resolve(),
  atRest = (): Promise<void> => Promise.resolve(),
) {
  return keepSpares({
    bridge: () => ({
      prepareSpare: (agentId) => {
        asked.push(agentId);
        return prepareSpare();
      },
    }),
    ...{ agentIds, atRest },
    log: (message) => logged.push(message),
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
  kept.stop();
  opening.resolve(undefined);
  await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
  expect(asked).toEqual(["dev"]);
  expect(vi.getTimerCount()).toBe(0);
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
