import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 500;
const AT_REST = 0.3;
const LOOKS = 60;

/**
 * Resolves when the thread that turns are taken on has had little to do for half a second, after half a minute at the latest: what
 * a core is used for then keeps nobody waiting. `busyShare`: of the next so many milliseconds, from 0 to 1.
 */
export async function gatewayAtRest(busyShare = eventLoopUtilization): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if ((await busyShare(LOOK_MS)) < AT_REST) return;
  }
}

async function eventLoopUtilization(milliseconds: number): Promise<number> {
  const before = performance.eventLoopUtilization();
  await delay(milliseconds, undefined, { ref: false });
  return performance.eventLoopUtilization(before).utilization;
}
