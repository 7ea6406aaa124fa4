import { availableParallelism } from "node:os";
import { createAdmission } from "./admission.ts";

/** Starting Claude Code keeps a core busy: more at once than there are cores would only make each of them later. */
const AT_ONCE = Math.max(1, availableParallelism());

/** Sessions that are being started, so that many conversations at once share the cores. */
export type SessionStarts = {
  /** Starts in its turn. Resolves to null when that did not come within `waitMs`; rejects as `start` does. */
  run<Value>(start: () => Promise<Value>, waitMs: number): Promise<{ value: Value } | null>;
  /** Whether another one would have to wait. */
  readonly isFull: boolean;
  /** How many wait. */
  readonly waiting: number;
};

export function createSessionStarts(): SessionStarts {
  let starting = 0;
  const line = createAdmission({
    isFree: () => starting < AT_ONCE,
    make: () => Promise.resolve(false),
  });

  return {
    async run(start, waitMs) {
      const take = (): void => {
        starting += 1;
      };
      if ((await line.enter({ take, waitMs })) !== "in") return null;
      try {
        return { value: await start() };
      } finally {
        starting -= 1;
        line.changed();
      }
    },
    get isFull() {
      return starting >= AT_ONCE;
    },
    get waiting() {
      return line.waiting;
    },
  };
}
