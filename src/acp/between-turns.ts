import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { BetweenTurnsListener } from "./acp-adapter.ts";

/** Updates kept while nobody listens; of more, the oldest are dropped. */
const KEPT = 2_000;

/** What the agent does while no prompt of ours runs. */
export type BetweenTurns = {
  /** True while the agent is in a turn that it began by itself. */
  readonly turnOpen: boolean;
  /**
   * From now on it counts: before, it is a conversation told again, and of an agent that does nothing of its own it is
   * the rest of a turn that is over.
   */
  start: () => void;
  begin: () => void;
  update: (update: SessionUpdate) => void;
  end: () => void;
  listen: (listener: BetweenTurnsListener) => void;
};

export function createBetweenTurns(): BetweenTurns {
  let listener: BetweenTurnsListener | undefined;
  let waiting: (SessionUpdate | "turn-end")[] = [];
  let started = false;
  let turnOpen = false;

  function deliver(event: SessionUpdate | "turn-end"): void {
    if (listener === undefined) waiting = [...waiting, event].slice(-KEPT);
    else if (event === "turn-end") listener.onTurnEnd();
    else listener.onUpdate(event);
  }

  return {
    get turnOpen() {
      return turnOpen;
    },
    start() {
      started = true;
    },
    begin() {
      turnOpen = started;
    },
    update(update) {
      if (!started) return;
      // Right after a turn of ours, Claude Code goes on without a word about its state.
      if (update.sessionUpdate === "agent_message_chunk") turnOpen = true;
      deliver(update);
    },
    end() {
      if (!turnOpen) return;
      turnOpen = false;
      deliver("turn-end");
    },
    listen(next) {
      listener = next;
      const kept = waiting;
      waiting = [];
      kept.forEach(deliver);
    },
  };
}
