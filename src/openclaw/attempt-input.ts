import type { TurnRequest } from "../bridge/turn.ts";
import type { AttemptParams } from "./harness-types.ts";

/** A signal for hosts that give none: such a turn cannot be cancelled, but it can run. */
const NEVER_ABORTED = new AbortController().signal;

/** The host's prepared attempt as a turn of the bridge. Everything else the host prepared belongs to its own model loop. */
export function turnRequestOf(params: AttemptParams): TurnRequest {
  return {
    agentId: params.agentId ?? "",
    openclawSessionKey: params.sessionKey ?? "",
    message: {
      text: params.prompt,
      context: params.currentInboundContext?.text,
      images: (params.images ?? []).map(({ data, mimeType }) => ({ data, mimeType })),
    },
    signal: params.abortSignal ?? NEVER_ABORTED,
    lastTurnOfProcess: params.oneShotCliRun ?? false,
  };
}
