import { AsyncLocalStorage } from "node:async_hooks";
import { ContractorError } from "../errors/contractor-error.ts";

/** One turn that wants its place. */
export type QueuedTurn<Value> = {
  /** Aborted while the turn waits, it leaves the queue at once, and its place is free. */
  signal: AbortSignal;
  /** Turns that may wait besides the one that runs. */
  maxWaiting: number;
  /** `signal` is aborted by the turn's own signal and by an interruption. */
  run: (signal: AbortSignal) => Promise<Value>;
};

/**
 * Runs the turns of one conversation one after the other, first come first served; conversations never wait for each
 * other.
 */
export type TurnQueue = {
  /** Rejects with `session-busy` when as many turns wait as may. */
  enqueue<Value>(conversation: string, turn: QueuedTurn<Value>): Promise<Value>;
  /** Cancels the turn that runs and those that wait, and then does `work` before any later turn. */
  interrupt<Value>(conversation: string, work: () => Promise<Value>): Promise<Value>;
  /** The conversations that have a turn now. What interrupts is no turn. */
  loads(): Map<string, TurnLoad>;
};

/** Whether a turn runs, and how many wait behind it. */
export type TurnLoad = { busy: boolean; queued: number };

type Job = {
  /** False for what interrupts: that always has a place. */
  counted: boolean;
  interrupt: AbortController;
  start(): Promise<void>;
};

type Lane = { running: Job | undefined; waiting: Job[] };

export function createTurnQueue(): TurnQueue {
  const lanes = new Map<string, Lane>();

  function laneOf(conversation: string): Lane {
    const lane = lanes.get(conversation) ?? { running: undefined, waiting: [] };
    lanes.set(conversation, lane);
    return lane;
  }

  function advance(conversation: string, lane: Lane): void {
    if (lane.running !== undefined) return;
    const next = lane.waiting.shift();
    if (next === undefined) {
      lanes.delete(conversation);
      return;
    }
    lane.running = next;
    void next.start().finally(() => {
      lane.running = undefined;
      advance(conversation, lane);
    });
  }

  function push<Value>(
    conversation: string,
    work: { counted: boolean; signal: AbortSignal; run: (signal: AbortSignal) => Promise<Value> },
  ): Promise<Value> {
    const lane = laneOf(conversation);
    const interrupt = new AbortController();
    const signal = AbortSignal.any([work.signal, interrupt.signal]);
    const { promise, resolve } = Promise.withResolvers<Value>();
    const job: Job = {
      counted: work.counted,
      interrupt,
      // It may be the end of another turn that lets it begin, and is no part of that one.
      start: AsyncLocalStorage.bind(() => {
        // A combined signal that somebody listens to lives as long as those that it combines, and the turn with it.
        signal.removeEventListener("abort", leave);
        return settle(work.run(signal), resolve);
      }),
    };
    // What is cancelled before it began needs no turn to find that out.
    const leave = (): void => {
      if (!lane.waiting.includes(job)) return;
      lane.waiting.splice(lane.waiting.indexOf(job), 1);
      void job.start();
    };
    lane.waiting.push(job);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave);
    advance(conversation, lane);
    return promise;
  }

  return {
    async enqueue(conversation, { signal, maxWaiting, run }) {
      const lane = laneOf(conversation);
      const waiting = lane.waiting.filter(({ counted }) => counted).length;
      if (lane.running !== undefined && waiting >= maxWaiting) throw queueFull(waiting);
      return push(conversation, { counted: true, signal, run });
    },
    async interrupt(conversation, work) {
      const lane = laneOf(conversation);
      const jobs = lane.running === undefined ? lane.waiting : [lane.running, ...lane.waiting];
      for (const job of jobs.filter(({ counted }) => counted)) job.interrupt.abort();
      return push(conversation, { counted: false, signal: NEVER, run: work });
    },
    loads: () => new Map([...lanes].map(([conversation, lane]) => [conversation, loadOf(lane)])),
  };
}

function loadOf({ running, waiting }: Lane): TurnLoad {
  return { busy: running?.counted === true, queued: waiting.filter(({ counted }) => counted).length };
}

const NEVER = new AbortController().signal;

/** Hands the outcome, or the failure, to whoever waits for it; itself it never rejects. */
async function settle<Value>(
  outcome: Promise<Value>,
  resolve: (value: Promise<Value>) => void,
): Promise<void> {
  resolve(outcome);
  await outcome.then(
    () => undefined,
    () => undefined,
  );
}

function queueFull(waiting: number): ContractorError {
  const others = waiting === 0 ? "" : `, and ${waiting} more message${waiting === 1 ? " waits" : "s wait"}`;
  return new ContractorError("session-busy", {
    message: `Claude is still busy with an earlier message of this conversation${others}. This one was not taken.`,
    mend: "Send it again after the answer, or send /stop.",
    retryable: true,
  });
}
