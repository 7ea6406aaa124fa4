import type { ContractorError } from "../errors/contractor-error.ts";
import { createTurnClocks, type TurnClocks } from "./turn-clocks.ts";
import type { TurnProjection } from "./turn-projection.ts";

/** One turn's clocks, and the signal that ends the turn when one of them fires or the host wants it to end. */
export type TurnWatch = {
  clocks: TurnClocks;
  signal: AbortSignal;
  /** Ends the turn as a clock does; the first reason wins. */
  end: (error: ContractorError) => void;
  /** Throws the error of the clock, or of whoever else has ended the turn, if one did. */
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
  const endBy = (error: ContractorError): void => {
    ended.by ??= error;
    end.abort(error);
  };
  return {
    clocks: createTurnClocks({
      silenceMs: silenceMinutes * 60_000,
      deadlineAt,
      now: Date.now,
      activity: () => projection.activity,
      onFire: endBy,
      onTick: () => {
        projection.beat();
      },
    }),
    signal: AbortSignal.any([turn.signal, end.signal]),
    end: endBy,
    throwIfFired() {
      if (ended.by !== undefined) throw ended.by;
    },
  };
}
