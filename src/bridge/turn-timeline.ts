import type { SessionSource, TurnLogEntry } from "../contractor/turn-log/turn-log-entry.ts";

/** What a turn has got to. `ms`: how long that took since the step before it. */
export type TurnStep =
  /** It has its place in the conversation's queue. */
  | { name: "started"; ms: number }
  /** Its Claude session is there. */
  | { name: "session-ready"; ms: number; source: SessionSource; endpoint: string }
  /** The agent has the prompt; again where room had to be made first, or another endpoint takes the turn. */
  | { name: "prompt-sent"; ms: number; endpoint: string; model: string | null }
  /** The first sign of the agent at work on the prompt. */
  | { name: "first-update"; ms: number };

/** When a turn got where: for the log, and for whoever listens. Of several tries, the last one's. */
export type TurnTimeline = {
  started(): void;
  /** The turn is taken at this endpoint from now on. */
  takenAt(place: { endpoint: string; model: string | null }): void;
  sessionReady(session: { claudeSessionId: string; source: SessionSource }): void;
  promptSent(): void;
  updated(): void;
  answered(stopReason: string): void;
  /** What the log has of it, at the turn's end. */
  facts(): TurnFacts;
};

export type TurnFacts = Pick<
  TurnLogEntry,
  "claudeSessionId" | "session" | "endpoint" | "model" | "stopReason" | "ms"
>;

type Moment = Exclude<keyof TurnLogEntry["ms"], "result">;

/** `now`: milliseconds that only ever grow. */
export function createTurnTimeline(
  onStep: (step: TurnStep) => void = () => undefined,
  now: () => number = () => performance.now(),
): TurnTimeline {
  const cameAt = now();
  const moments: Record<Moment, number | null> = { ...NEVER };
  let previous = cameAt;
  let place: Pick<TurnFacts, "endpoint" | "model"> = { endpoint: null, model: null };
  let session: Pick<TurnFacts, "claudeSessionId" | "session"> = NO_SESSION;
  let stopReason: string | null = null;

  /** Milliseconds since the step before. */
  function reach(moment: Moment): number {
    const at = now();
    const ms = at - previous;
    moments[moment] = rounded(at - cameAt);
    previous = at;
    return rounded(ms);
  }

  const endpointName = (): string => place.endpoint ?? "";

  return {
    started() {
      onStep({ name: "started", ms: reach("started") });
    },
    takenAt(next) {
      place = next;
      session = NO_SESSION;
      Object.assign(moments, { ...NEVER, started: moments.started });
    },
    sessionReady({ claudeSessionId, source }) {
      session = { claudeSessionId, session: source };
      onStep({ name: "session-ready", ms: reach("sessionReady"), source, endpoint: endpointName() });
    },
    promptSent() {
      moments.firstUpdate = null;
      moments.lastUpdate = null;
      onStep({ name: "prompt-sent", ms: reach("promptSent"), endpoint: endpointName(), model: place.model });
    },
    updated() {
      if (moments.firstUpdate === null) onStep({ name: "first-update", ms: reach("firstUpdate") });
      moments.lastUpdate = rounded(now() - cameAt);
    },
    answered(reason) {
      stopReason = reason;
    },
    facts: () => ({
      ...session,
      ...place,
      stopReason,
      ms: { ...moments, result: rounded(now() - cameAt) },
    }),
  };
}

const NEVER: Record<Moment, null> = {
  started: null,
  sessionReady: null,
  promptSent: null,
  firstUpdate: null,
  lastUpdate: null,
};
const NO_SESSION = { claudeSessionId: null, session: null } as const;

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
