import type { HistoryMessage, TurnOutcome } from "../bridge/turn.ts";
import { PLUGIN_VERSION } from "../config/identifiers.ts";

/** A turn that somebody in this process has asked OpenClaw for, and what OpenClaw has no field for. */
export type AwaitedTurn = {
  /** What was said before by the asker's account, oldest first. */
  history: readonly HistoryMessage[];
  /** Aborted when nobody waits for the turn any more: it is cancelled. */
  signal: AbortSignal;
  /** How the contractor's part of it ended, in more than words; undefined before, and when the turn never reached it. */
  outcome?: TurnOutcome;
};

/** The host runs turns on another copy of this plugin than routes: see `bridge-runtime.ts`. */
const AWAITED = Symbol.for(`contractor-agent/awaited-turns@${PLUGIN_VERSION}`);

function awaitedTurns(): Map<string, AwaitedTurn> {
  const registry = globalThis as { [AWAITED]?: Map<string, AwaitedTurn> };
  return (registry[AWAITED] ??= new Map<string, AwaitedTurn>());
}

/** By the id that the run will have. Returns the way to take it back. */
export function awaitTurn(runId: string, turn: AwaitedTurn): () => void {
  awaitedTurns().set(runId, turn);
  return () => {
    awaitedTurns().delete(runId);
  };
}

export function awaitedTurn(runId: string): AwaitedTurn | undefined {
  return awaitedTurns().get(runId);
}
