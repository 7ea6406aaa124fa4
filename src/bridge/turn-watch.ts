import type { ContractorError } from "../errors/contractor-error.ts";
import { createTurnClocks, type TurnClocks } from "./turn-clocks.ts";
import type { TurnProjection } from "./turn-projection.ts";

/** One turn's clocks, and the signal that ends the turn when one of them fires or the host wants it to end. */
export type TurnWatch = {
  clocks: TurnClocks;
  signal: AbortSignal;
  /** Throws the error of the clock that has ended the turn, if one did. */
  throwIfFired(): void;
};

export function watchTurn(turn: {
  signal: AbortSignal;
  silenceMinutes: number;
  deadlineAt: number | undefined;
  projection: TurnProjection;
}): TurnWatch {
  const { silenceMinutes, deadlineAt, projection } = turn;
  const end = new AbortController();
  const ended: { by: ContractorError | undefined } = { by: undefined };
  return {
    clocks: createTurnClocks({
      silenceMs: silenceMinutes * 60_000,
      deadlineAt,
      now: Date.now,
      activity: () => projection.activity,
      onFire(error) {
        ended.by = error;
        end.abort(error);
      },
      onTick: () => {
        projection.beat();
      },
    }),
    signal: AbortSignal.any([turn.signal, end.signal]),
    throwIfFired() {
      if (ended.by !== undefined) throw ended.by;
    },
  };
}
