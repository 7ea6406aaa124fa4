/** Where somebody waits for a place, first come, first served, and each for a bounded time. */
export type Admission = {
  /**
   * Resolves when there is room and nobody who came before still waits; whoever is let in must take its place at once, in
   * `take`. Resolves to how it went: `expired` and `aborted` have not been let in.
   */
  enter(options: EnterOptions): Promise<"in" | "expired" | "aborted">;
  /** There may be room now. */
  changed(): void;
  /** How many wait. */
  readonly waiting: number;
};

export type EnterOptions = {
  /** Takes the place; called before anybody else is looked at. */
  take: () => unknown;
  /** Milliseconds. */
  waitMs: number;
  signal?: AbortSignal | undefined;
  /** Called once when it has waited for so long that somebody may wonder. */
  onWaiting?: (() => void) | undefined;
};

export type Room = {
  isFree(): boolean;
  /** Tries to make some; false when nothing can be done now. */
  make(): Promise<boolean>;
};

type Waiter = { letIn: () => void };

const TELL_AFTER_MS = 1_000;
/** Nobody tells when work in the background is done, which makes room as well. */
const LOOK_AGAIN_MS = 1_000;

export function createAdmission(room: Room): Admission {
  const line: Waiter[] = [];
  let letting = false;
  let lookAgain = false;

  /** One at a time: making room takes a while, in which others come and go. */
  async function letIn(): Promise<void> {
    lookAgain = true;
    if (letting) return;
    letting = true;
    try {
      while (lookAgain) {
        lookAgain = false;
        while (line.length > 0 && (room.isFree() || (await room.make()))) {
          if (room.isFree()) line.shift()?.letIn();
        }
      }
    } finally {
      letting = false;
    }
  }

  async function enter(options: EnterOptions): Promise<"in" | "expired" | "aborted"> {
    const { take, waitMs, signal, onWaiting } = options;
    if (signal?.aborted) return "aborted";
    const { promise, resolve } = Promise.withResolvers<"in" | "expired" | "aborted">();
    const waiter: Waiter = {
      letIn: () => {
        take();
        resolve("in");
      },
    };
    const leave = (because: "expired" | "aborted"): void => {
      const place = line.indexOf(waiter);
      if (place !== -1) line.splice(place, 1);
      resolve(because);
    };
    const onAbort = (): void => {
      leave("aborted");
    };
    line.push(waiter);
    signal?.addEventListener("abort", onAbort, { once: true });
    const expiry = setTimeout(leave, waitMs, "expired");
    const looking = setInterval(() => void letIn(), LOOK_AGAIN_MS);
    const telling = setTimeout(() => onWaiting?.(), TELL_AFTER_MS);
    try {
      void letIn();
      return await promise;
    } finally {
      clearTimeout(expiry);
      clearTimeout(telling);
      clearInterval(looking);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  return {
    enter,
    changed() {
      void letIn();
    },
    get waiting() {
      return line.length;
    },
  };
}
