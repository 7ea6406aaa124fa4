import type { BridgeDependencies } from "../bridge/bridge-dependencies.ts";
import type { LiveState } from "./overview-sources.ts";

/** What is under way now in the process that these parts belong to. */
export function liveStateOf(
  parts: Pick<BridgeDependencies, "pool" | "queue" | "failures" | "liveTurns" | "seenCosts">,
): LiveState {
  const { pool, queue, failures, liveTurns, seenCosts } = parts;
  const { liveSessions, spareSessions } = pool;
  return {
    warm: new Set(pool.warmConversations()),
    loads: queue.loads(),
    failures: failures.list(),
    turns: liveTurns.list(),
    hasSpare: (agentId) => pool.hasSpare(agentId),
    ...{ seenCosts, liveSessions, spareSessions },
  };
}
