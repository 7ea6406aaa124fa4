import { noticesOf } from "../../src/bridge/session-start.ts";
import type { TurnOutcome } from "../../src/bridge/turn.ts";

export const RECALL = "what did I ask you to remember?";
const [INTERRUPTED = ""] = noticesOf({ interrupted: true, fresh: undefined, summarized: false });

/** What one conversation must, may and must not remember; `check…` throws where an outcome contradicts it. */
export type ConversationModel = {
  /** The Claude session that answered last; null when none has since the last reset. */
  readonly answeredBy: string | null;
  checkRemembered(outcome: TurnOutcome, word: string): void;
  checkRecalled(outcome: TurnOutcome): void;
  /** A turn that must have ended without an answer. */
  checkUnfinished(outcome: TurnOutcome, expected: { kind: "cancelled" | "failed"; word: string }): void;
  /** The process ended in the middle of a turn. */
  interrupted(word: string): void;
  reset(): void;
};

export function createConversationModel(): ConversationModel {
  const certain = new Set<string>();
  const possible = new Set<string>();
  let noticeDue = false;
  let answeredBy: string | null = null;

  /** The answer without the notice, which must be there exactly when it is due. */
  function answerOf(outcome: TurnOutcome): string {
    if (outcome.kind !== "completed") {
      const why = outcome.kind === "failed" ? `: ${outcome.error.code} ${outcome.error.message}` : "";
      throw new Error(`The turn was ${outcome.kind}${why}`);
    }
    const expectedStart = noticeDue ? `${INTERRUPTED}\n\n` : "";
    if (!outcome.text.startsWith(expectedStart) || (!noticeDue && outcome.text.includes(INTERRUPTED))) {
      throw new Error(`The notice was ${noticeDue ? "" : "not "}due: ${JSON.stringify(outcome.text)}`);
    }
    noticeDue = false;
    answeredBy = outcome.claudeSessionId;
    return outcome.text.slice(expectedStart.length);
  }

  return {
    get answeredBy() {
      return answeredBy;
    },
    checkRemembered(outcome, word) {
      const answer = answerOf(outcome);
      if (answer !== `I will remember ${word}.`) throw new Error(`Not the answer to ${word}: ${answer}`);
      certain.add(word);
    },
    checkRecalled(outcome) {
      const answer = answerOf(outcome);
      const recalled: string[] = answer.match(/word\d+/g) ?? [];
      const missing = [...certain].filter((word) => !recalled.includes(word));
      const foreign = recalled.filter((word) => !certain.has(word) && !possible.has(word));
      if (missing.length > 0) throw new Error(`Forgot ${missing.join(", ")}: ${answer}`);
      if (foreign.length > 0) throw new Error(`Knows ${foreign.join(", ")}, which is not its own: ${answer}`);
    },
    checkUnfinished(outcome, { kind, word }) {
      if (outcome.kind !== kind) throw new Error(`The turn was ${outcome.kind} instead of ${kind}`);
      possible.add(word);
    },
    interrupted(word) {
      possible.add(word);
      noticeDue = true;
    },
    reset() {
      certain.clear();
      possible.clear();
      noticeDue = false;
      answeredBy = null;
    },
  };
}
