/** Claude Code's compactions of its own context during a turn. */
export type Compactions = {
  /** Reports each start and each end once, however often it is told of. */
  apply(id: string, over: boolean): void;
  /** The turn is over, and whatever runs with it. */
  endAll(): void;
  isOne(id: string): boolean;
  readonly any: boolean;
  /** Since when one has been running, in milliseconds since the epoch. */
  readonly runningSince: number | undefined;
};

export function createCompactions(onPhase: (phase: "start" | "end") => void, now: () => number): Compactions {
  const known = new Map<string, { since: number; over: boolean }>();

  function apply(id: string, over: boolean): void {
    const before = known.get(id);
    if (before === undefined) onPhase("start");
    if (over && before?.over !== true) onPhase("end");
    known.set(id, { since: before?.since ?? now(), over: over || before?.over === true });
  }

  return {
    apply,
    endAll() {
      for (const id of known.keys()) apply(id, true);
    },
    isOne: (id) => known.has(id),
    get any() {
      return known.size > 0;
    },
    get runningSince() {
      return [...known.values()].find(({ over }) => !over)?.since;
    },
  };
}
