import { textReply, type Responder } from "../../../test/fixtures/scripted-messages-api/reply.ts";
import type { ScriptedMessagesApi } from "../../../test/fixtures/scripted-messages-api/scripted-messages-api.ts";

/** Milliseconds; every turn has a word of its own, which the model says back. */
export type Turn = {
  totalMs: number;
  /** From the message to the model's request. */
  untilModelMs: number;
  /** From the model's reply to the end of the answer. */
  afterModelMs: number;
  startedAt: number;
  endedAt: number;
};

export type ModelClock = {
  /** Lets this clock answer for a model. Null is an agent that answers by itself, and is not timed. */
  serve(model: ScriptedMessagesApi | null): void;
  /** Times one turn; `ask` is given the message, and resolves to the answer. Rejects when that is not the right one. */
  time(ask: (text: string) => Promise<string>): Promise<Turn>;
};

const MESSAGE = /say (w\d+)/g;

/** Milliseconds of a clock that all processes of a machine share (Linux: CLOCK_MONOTONIC). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function createModelClock(): ModelClock {
  const asked = new Map<string, { first: number; last: number }>();
  const models = new Set<ScriptedMessagesApi>();
  let turns = 0;

  const respond: Responder = ({ lastUserText }) => {
    const now = monotonicMs();
    const word = [...lastUserText.matchAll(MESSAGE)].at(-1)?.[1];
    if (word === undefined) return textReply("There is no word in that.");
    asked.set(word, { first: asked.get(word)?.first ?? now, last: now });
    return textReply(word);
  };

  return {
    serve(model) {
      model?.respondWith(respond);
      if (model !== null) models.add(model);
    },
    async time(ask) {
      const word = `w${(turns += 1)}`;
      const startedAt = monotonicMs();
      const answer = await ask(`say ${word}`);
      const endedAt = monotonicMs();
      const times = asked.get(word);
      asked.delete(word);
      // Each request carries its whole conversation: thousands of them would fill the memory.
      for (const { requests } of models) requests.length = 0;
      if (times === undefined || answer.trim() !== word)
        throw new Error(`asked for ${word}, answered: ${answer}`);
      return {
        totalMs: endedAt - startedAt,
        untilModelMs: times.first - startedAt,
        afterModelMs: endedAt - times.last,
        startedAt,
        endedAt,
      };
    },
  };
}
