import type { AgentSession } from "../acp/acp-adapter.ts";
import { createTurnProjection, type TurnProjection } from "./turn-projection.ts";

/**
 * What Claude says between turns, because work that it had begun in the background is done, goes to the conversation as
 * an answer of its own: never into the next turn's.
 */
export function collectLateAnswers(session: AgentSession, deliver: (text: string) => Promise<void>): void {
  let projection: TurnProjection | undefined;
  session.onBetweenTurns({
    onUpdate(update) {
      projection ??= createTurnProjection(() => undefined);
      projection.apply(update);
    },
    onTurnEnd() {
      const text = projection?.record.text.trim() ?? "";
      projection = undefined;
      // Whoever delivers reports its failures; there is no turn here that they could belong to.
      if (text !== "") void deliver(text).catch(() => undefined);
    },
  });
}
