import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { claudeMetaOf } from "./claude-meta.ts";

/** Counts the tokens of a turn while it runs, from the size of its requests. */
export type TurnMeter = {
  /** True when the update tells that Claude goes on: it says or does something, or has sent another request. */
  apply(update: SessionUpdate): boolean;
  /** 0 until the agent has told the size of a request. */
  readonly tokens: number;
};

/**
 * claude-agent-acp tells the size of each request of Claude's main loop twice, as `used` of a `usage_update`: when its
 * answer begins (all that was sent) and when it ends (with the answer). A turn's tokens are the sum over its requests.
 * No update says which request it is about, so another one has begun when both were told and a tool has ended since, or
 * when the size is smaller than before. What is missed is in the turn's own usage at its end.
 */
export function createTurnMeter(): TurnMeter {
  let before = 0;
  let current = 0;
  let told = 0;
  let toolEnded = false;

  function tell(used: number): boolean {
    // Told for another reason, for example with the state of a limit.
    if (used === current) return false;
    const another = used < current || (told >= 2 && toolEnded);
    if (another) {
      before += current;
      current = 0;
      told = 0;
    }
    if (told === 0) toolEnded = false;
    told += 1;
    current = Math.max(current, used);
    return another;
  }

  return {
    apply(update) {
      switch (update.sessionUpdate) {
        case "usage_update":
          // The one with the cost sums up: it repeats the size of the last request.
          if (update.cost != null) current = Math.max(current, update.used);
          return update.used > 0 && tell(update.used);
        case "tool_call_update":
          if (claudeMetaOf(update).parentToolUseId === undefined)
            toolEnded ||= update.status === "completed" || update.status === "failed";
          return true;
        case "agent_message_chunk":
        case "agent_thought_chunk":
        case "tool_call":
          return true;
        default:
          return false;
      }
    },
    get tokens() {
      return before + current;
    },
  };
}
