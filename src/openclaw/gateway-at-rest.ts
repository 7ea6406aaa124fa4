import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 500;
const AT_REST = 0.3;
const LOOKS = 60;

/**
 * Resolves when neither the thread that turns are taken on nor the machine has had much to do for half a second, after half a
 * minute at the latest: what a core is used for then keeps nobody waiting. `busyShare`: of the next so many milliseconds,
 * from 0 to 1.
 */
export async function gatewayAtRest(busyShare = busyShareOf): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if ((await busyShare(LOOK_MS)) < AT_REST) return;
  }
}

/** Of this thread or of the machine, whichever has more to do: OpenClaw's workers and processes that start are on other threads. */
export async function busyShareOf(milliseconds: number): Promise<number> {
  const thread = performance.eventLoopUtilization();
  const machine = machineTimes();
  await delay(milliseconds, undefined, { ref: false });
  const { total, idle } = machineTimes();
  const passed = total - machine.total;
  // Where a system tells nothing of its cores, nothing has passed.
  const machineShare = passed === 0 ? 0 : 1 - (idle - machine.idle) / passed;
  return Math.max(performance.eventLoopUtilization(thread).utilization, machineShare);
}

/** Milliseconds of all cores since the start of the machine. */
function machineTimes(): { total: number; idle: number } {
  const times = cpus().map((core) => core.times);
  const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);
  return {
    total: sum(times.flatMap((time) => Object.values(time))),
    idle: sum(times.map(({ idle }) => idle)),
  };
}
