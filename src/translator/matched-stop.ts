import { z } from "zod";

/** vLLM calls it `stop_reason`, SGLang `matched_stop`; both put a token's number there as well. */
const piece = z.looseObject({
  choices: z.array(
    z.looseObject({ stop_reason: z.unknown().optional(), matched_stop: z.unknown().optional() }),
  ),
});

export type MatchedStop = {
  /** Looks at a piece of the answer as the server has sent it. */
  look: (piece: unknown) => void;
  sequence: () => string | null;
};

/** Chat Completions itself does not tell whether an answer ended at a stop sequence; some servers do. */
export function createMatchedStop(sequences: readonly string[]): MatchedStop {
  let found: string | null = null;
  return {
    look(value) {
      if (sequences.length === 0) return;
      const choice = piece.safeParse(value).data?.choices[0];
      const told = [choice?.stop_reason, choice?.matched_stop];
      found = sequences.find((sequence) => told.includes(sequence)) ?? found;
    },
    sequence: () => found,
  };
}
