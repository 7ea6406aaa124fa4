import { ContractorError } from "../errors/contractor-error.ts";

/** What a turn is doing, for the clocks and for the message of the one that fires. `since`: epoch milliseconds. */
export type TurnActivity = {
  /** A tool or a compaction: it may be silent for as long as it takes. */
  running: { what: string; since: number } | undefined;
  lastSign: string | undefined;
};

export type TurnClocks = {
  /** The contractor has shown a sign of life: its silence begins anew. */
  alive(): void;
  /** Waits for somebody else than the contractor: its silence does not count meanwhile. `what`: e.g. "an approval". */
  pausedWhile<Value>(wait: () => Promise<Value>, what?: string): Promise<Value>;
  /** Idempotent; nothing fires afterwards. */
  stop(): void;
};

export type TurnClocksOptions = {
  silenceMs: number;
  /** Epoch milliseconds after which the host takes the turn for failed; undefined when it sets no limit. */
  deadlineAt: number | undefined;
  /** Epoch milliseconds. */
  now: () => number;
  activity: () => TurnActivity;
  /** Called once, by the first of the two clocks. */
  onFire: (error: ContractorError) => void;
  /** Every few seconds for as long as the clocks go: what has to be told while nothing comes in. */
  onTick?: () => void;
  /** Returns what cancels it. */
  setTimer?: (run: () => void, delayMs: number) => () => void;
};

/** What somebody else than the contractor has to do first. */
type Pending = { words: string; since: number };

const LONGEST_TICK_MS = 15_000;
/** Cancelling a turn takes up to its grace period of 5 s; the host shall hear of the end from us. */
const LONGEST_MARGIN_MS = 10_000;

/**
 * The two limits of a turn: a silence, which does not count while a tool runs, somebody is being asked or the host
 * sleeps, and the host's own deadline. Time is counted in ticks: one that comes much too late, or too early, tells of a
 * host that slept or of a clock that was set, and neither is anybody's silence.
 */
export function createTurnClocks(options: TurnClocksOptions): TurnClocks {
  const { silenceMs, now, activity, onFire, onTick, setTimer = startTimer } = options;
  const startedAt = now();
  const tickMs = Math.min(silenceMs / 10, LONGEST_TICK_MS);
  const waits = new Map<symbol, Pending>();
  let deadline = deadlineOf(options.deadlineAt, startedAt);
  let quietSince = startedAt;
  let cancelTimer: (() => void) | undefined = schedule();

  function schedule(): () => void {
    const delayMs = Math.max(1, Math.min(tickMs, quietSince + silenceMs - now(), deadline - now()));
    const due = now() + delayMs;
    return setTimer(() => {
      tick(now() - due);
    }, delayMs);
  }

  function tick(lateMs: number): void {
    const inTime = Math.abs(lateMs) <= Math.max(tickMs, 1000);
    if (!inTime) deadline += lateMs;
    if (!inTime || pendingNow() !== undefined) quietSince = now();
    const error = verdict();
    if (error === undefined) {
      onTick?.();
      // Whoever was told may have stopped the clocks.
      if (cancelTimer !== undefined) cancelTimer = schedule();
      return;
    }
    cancelTimer = undefined;
    onFire(error);
  }

  function verdict(): ContractorError | undefined {
    if (now() >= deadline) return pastDeadline(now() - startedAt, doing());
    return now() - quietSince >= silenceMs ? tooSilent(silenceMs, lastSign()) : undefined;
  }

  function pendingNow(): Pending | undefined {
    const { running } = activity();
    const wait = waits.values().next().value;
    return wait ?? (running && { words: `${running.what} had been running`, since: running.since });
  }

  function doing(): string {
    const pending = pendingNow();
    return pending === undefined
      ? lastSign()
      : `while ${pending.words} for ${inWords(now() - pending.since)}`;
  }

  function lastSign(): string {
    const sign = activity().lastSign;
    return sign === undefined ? "with no sign of life at all" : `after the last sign of life: ${sign}`;
  }

  return {
    alive() {
      quietSince = now();
    },
    async pausedWhile(wait, what = "an answer") {
      const key = Symbol(what);
      waits.set(key, { words: `it had been waiting for ${what}`, since: now() });
      try {
        return await wait();
      } finally {
        waits.delete(key);
        quietSince = now();
      }
    },
    stop() {
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}

function startTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

function deadlineOf(hostDeadline: number | undefined, startedAt: number): number {
  if (hostDeadline === undefined) return Infinity;
  return hostDeadline - Math.min(LONGEST_MARGIN_MS, Math.max(0, hostDeadline - startedAt) / 10);
}

function tooSilent(silenceMs: number, lastSign: string): ContractorError {
  return new ContractorError("turn-silent", {
    message: `The turn was ended, because nothing was heard of Claude Code for ${inWords(silenceMs)}, ${lastSign}.`,
    mend: "Send the message again; where such a silence is normal, raise the contractor's `silenceMinutes`.",
    retryable: true,
  });
}

function pastDeadline(tookMs: number, doing: string): ContractorError {
  return new ContractorError("turn-deadline", {
    message: `The turn was ended after ${inWords(tookMs)}, at OpenClaw's time limit for one turn, ${doing}.`,
    mend: "Send the message again in smaller steps, or raise OpenClaw's `agents.defaults.timeoutSeconds`.",
    retryable: true,
  });
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
