import type { MeasureTrees } from "./measure-trees.ts";

export type MemoryCapOptions = {
  /** Resident bytes at most. */
  maxBytes: () => number;
  /** Of every live session that is not just being opened. */
  pids: () => number[];
  /** Ends one session that may be ended; resolves to its pid, or to undefined when there is none. */
  endOne: () => Promise<number | undefined>;
  measure: MeasureTrees;
};

const MEASURE_AFTER_MS = 5_000;

/** Keeps all process trees together below a size, as far as they may be ended. */
export type MemoryCap = {
  /** Call when there may be more than before. Measuring reads the process table, so it waits, and no turn waits for it. */
  look(): void;
  stop(): void;
};

export function createMemoryCap({ maxBytes, pids, endOne, measure }: MemoryCapOptions): MemoryCap {
  let timer: NodeJS.Timeout | undefined;

  async function trim(): Promise<void> {
    const bytes = await measure(pids());
    let total = [...bytes.values()].reduce((sum, tree) => sum + tree, 0);
    while (total > maxBytes()) {
      const ended = await endOne();
      if (ended === undefined) return;
      total -= bytes.get(ended) ?? 0;
    }
  }

  return {
    look() {
      if (timer !== undefined || maxBytes() === Infinity) return;
      timer = setTimeout(() => {
        timer = undefined;
        void trim();
      }, MEASURE_AFTER_MS);
      timer.unref();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
