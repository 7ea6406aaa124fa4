import { expect, it, vi } from "vitest";
import { gatewayAtRest } from "../../src/openclaw/gateway-at-rest.ts";

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

it("is seen on the thread itself", async () => {
  const busy = setInterval(() => {
    const until = performance.now() + 45;
    while (performance.now() < until);
  }, 50);
  let atRest = false;
  const waiting = gatewayAtRest().then(() => {
    atRest = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(atRest).toBe(false);
  clearInterval(busy);
  await waiting;
});
