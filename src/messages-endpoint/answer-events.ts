import type { MessageEvent } from "../translator/block-sequence.ts";
import type { EndpointAnswer } from "./endpoint-turn.ts";

/** Names the message that is the answer. */
export type AnswerHead = { id: string; model: string };

const NOTHING_USED = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
};

/** The answer as events of the Messages API, each piece as it comes. Throws what `answer` rejects with. */
export async function* answerEvents(
  pieces: AsyncIterable<string>,
  answer: Promise<EndpointAnswer>,
  head: AnswerHead,
): AsyncGenerator<MessageEvent> {
  const message = { ...messageOf(head), content: [], stop_reason: null, usage: NOTHING_USED };
  yield { type: "message_start", message };
  yield { type: "ping" };
  let open = false;
  for await (const text of pieces) {
    if (!open) yield { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
    open = true;
    yield { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } };
  }
  const { stopReason, usage } = await answer;
  if (open) yield { type: "content_block_stop", index: 0 };
  yield { type: "message_delta", delta: { stop_reason: stopReason, stop_sequence: null }, usage };
  yield { type: "message_stop" };
}

/** The answer as one message. */
export function wholeAnswer(
  { text, stopReason, usage }: EndpointAnswer,
  head: AnswerHead,
): Record<string, unknown> {
  const content = text === "" ? [] : [{ type: "text", text }];
  return { ...messageOf(head), content, stop_reason: stopReason, usage };
}

function messageOf({ id, model }: AnswerHead): Record<string, unknown> {
  return { id, type: "message", role: "assistant", model, stop_sequence: null };
}
