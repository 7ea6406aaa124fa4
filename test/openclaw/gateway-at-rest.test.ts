import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, it, vi } from "vitest";
import { busyShareOf, gatewayAtRest } from "../../src/openclaw/gateway-at-rest.ts";

it("is when its thread has had little to do for half a second", async () => {
  const busyShare = vi.fn<(milliseconds: number) => Promise<number>>();
  for (const share of [1, 0.6, 0.31, 0.2]) busyShare.mockResolvedValueOnce(share);
  await gatewayAtRest(busyShare);
  expect(busyShare.mock.calls).toEqual([[500], [500], [500], [500]]);
});

it("is not waited for longer than half a minute", async () => {
  const busyShare = vi.fn(() => Promise.resolve(1));
  await gatewayAtRest(busyShare);
  expect(busyShare).toHaveBeenCalledTimes(60);
});

it("is not while its thread has work", async () => {
  const busy = setInterval(() => {
    const until = performance.now() + 45;
    while (performance.now() < until);
  }, 50);
  let atRest = false;
  void gatewayAtRest().then(() => {
    atRest = true;
  });
  const share = await busyShareOf(1_500);
  expect(atRest).toBe(false);
  clearInterval(busy);
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThanOrEqual(1);
});

it("is not while other threads have the machine's cores", async () => {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker("for (;;);", { eval: true }),
  );
  await Promise.all(workers.map((worker) => once(worker, "online")));
  const share = await busyShareOf(500);
  await Promise.all(workers.map((worker) => worker.terminate()));
  expect(share).toBeGreaterThan(0.5);
});
