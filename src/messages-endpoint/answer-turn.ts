import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { faultBody } from "../translator/endpoint-fault.ts";
import { writeEventStream } from "../translator/event-stream.ts";
import { answerFault, answerJson } from "../translator/json-answer.ts";
import { answerEvents, wholeAnswer, type AnswerHead } from "./answer-events.ts";
import type { EndpointAnswer, TurnWatcher } from "./endpoint-turn.ts";
import { faultOf } from "./fault-error.ts";

/**
 * How long a stream waits for its first word before it begins. Until then a refusal still has its own status; after that the
 * client hears pings, and a refusal is an event.
 */
const BEGIN_AFTER_MS = 15_000;

export type AnswerOptions = {
  head: AnswerHead;
  stream: boolean;
  /** Rejects with `FaultError`. */
  run: (watcher: TurnWatcher) => Promise<EndpointAnswer>;
  beginAfterMs?: number;
};

/** Takes the turn and answers with it. A client that hangs up cancels it. Resolves when the turn has ended. */
export async function answerTurn(response: ServerResponse, options: AnswerOptions): Promise<void> {
  const signal = hangUp(response);
  if (options.stream) {
    await answerInPieces(response, signal, options);
    return;
  }
  try {
    const answer = await options.run({ signal, onText: () => undefined });
    answerJson(response, wholeAnswer(answer, options.head));
  } catch (error) {
    answerFault(response, faultOf(error));
  }
}

async function answerInPieces(
  response: ServerResponse,
  signal: AbortSignal,
  { run, head, beginAfterMs = BEGIN_AFTER_MS }: AnswerOptions,
): Promise<void> {
  const pieces = new PassThrough({ objectMode: true });
  const onText = (piece: string): void => {
    if (piece !== "") pieces.write(piece);
  };
  const answer = run({ signal, onText });
  const ended = answer.then(
    () => undefined,
    (error: unknown) => ({ fault: faultOf(error) }),
  );
  void ended.then(() => pieces.end());
  const refused = await Promise.race([ended, firstOf(pieces, beginAfterMs)]);
  if (refused !== undefined && !pieces.readableLength) {
    answerFault(response, refused.fault);
    return;
  }
  await writeEventStream(response, answerEvents(pieces as AsyncIterable<string>, answer, head), {
    failure: (error) => ({ ...faultBody(faultOf(error)), type: "error" }),
  });
  // A client that has gone does not end the turn at once.
  await ended;
}

/** Resolves with the first piece, or when the time is over. */
async function firstOf(pieces: PassThrough, withinMs: number): Promise<undefined> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([
    once(pieces, "readable", { signal }),
    delay(withinMs, undefined, { signal, ref: false }),
  ]).finally(() => {
    settled.abort();
  });
}

function hangUp(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
  });
  return gone.signal;
}
