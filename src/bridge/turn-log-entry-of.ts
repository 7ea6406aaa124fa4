import type { TurnLogEntry } from "../contractor/turn-log/turn-log-entry.ts";
import type { TurnTimeline } from "./turn-timeline.ts";
import type { TurnOutcome, TurnRequest } from "./turn.ts";

/** What the log keeps of a turn: no word of it, and of an error its code alone. */
export function turnLogEntryOf(turn: {
  request: Pick<TurnRequest, "agentId" | "openclawSessionKey" | "purpose">;
  outcome: TurnOutcome;
  timeline: TurnTimeline;
  now: Date;
}): TurnLogEntry {
  const { request, outcome, timeline, now } = turn;
  const { claudeSessionId, session, endpoint, model, stopReason, ms } = timeline.facts();
  return {
    at: now.toISOString(),
    agentId: request.agentId,
    sessionKey: request.openclawSessionKey,
    purpose: request.purpose,
    claudeSessionId,
    session,
    endpoint,
    model,
    outcome: outcome.kind,
    stopReason,
    error: outcome.kind === "failed" ? outcome.error.code : null,
    ms,
    toolCalls: outcome.toolCalls.length,
    usage: outcome.usage ?? null,
    usageEstimated: outcome.usageEstimated,
    costUsd: outcome.costUsd ?? null,
  };
}
