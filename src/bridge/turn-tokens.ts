import type { PromptOutcome, TurnUsage } from "../acp/acp-adapter.ts";
import type { TurnMeter } from "./turn-meter.ts";
import { tokensIn, totalTokensOf } from "./turn-usage.ts";
import type { TurnOutcome, TurnRecord } from "./turn.ts";

/** The tokens of a turn as one number: what the agent has told, else what the text suggests. */
export type TurnTokens = {
  /** While the turn runs. */
  readonly soFar: number;
  told(outcome: PromptOutcome): void;
  /** As the agent has told them at the end; undefined when it did not. */
  readonly exactAtEnd: number | undefined;
  /** `prompt`: what was sent, where that is known. */
  atEnd(kind: TurnOutcome["kind"], prompt?: string): number;
};

export function createTurnTokens(turn: {
  meter: TurnMeter;
  record: TurnRecord;
  /** The message of the turn. */
  message: string;
}): TurnTokens {
  const { meter, record, message } = turn;
  let usage: TurnUsage | undefined;

  function estimate(prompt = message): number {
    return tokensIn(prompt) + tokensIn(record.reasoning + record.text);
  }

  return {
    get soFar() {
      return meter.tokens > 0 ? meter.tokens : estimate();
    },
    told(outcome) {
      usage = outcome.usage;
    },
    get exactAtEnd() {
      return usage && totalTokensOf(usage);
    },
    atEnd(kind, prompt) {
      const exact = usage && totalTokensOf(usage);
      if (exact !== undefined && kind === "completed") return exact;
      // Of a turn that was stopped, the agent's sum may lack the request that was under way.
      const seen = Math.max(exact ?? 0, meter.tokens);
      if (seen > 0 || exact !== undefined) return seen;
      const refused = kind === "failed" && record.text === "" && record.reasoning === "";
      return refused ? 0 : estimate(prompt);
    },
  };
}
