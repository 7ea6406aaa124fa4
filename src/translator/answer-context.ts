import { randomBytes } from "node:crypto";
import type { MatchedStop } from "./matched-stop.ts";
import { blocksOf, type MessagesRequest } from "./messages-request.ts";
import { estimateTokens } from "./token-estimate.ts";

/** What an answer has to know of its request. */
export type AnswerContext = {
  /** As it was asked for: the server may call it by another name. */
  model: string;
  /** Of this answer; never used twice, because Claude Code merges messages of one id. */
  messageId: string;
  /** The id of a tool call: the server's own where nothing in the conversation has it already. */
  callId: (id: string) => string;
  /** The stop sequence that ended the answer, where the server tells it. */
  matchedStop: () => string | null;
  /** Tokens of the request, for servers that count none. */
  estimatedInput: () => number;
};

export function answerContext(request: MessagesRequest, stop: MatchedStop): AnswerContext {
  const taken = new Set(request.messages.flatMap(({ content }) => blocksOf(content)).map(({ id }) => id));
  return {
    model: request.model,
    messageId: uniqueId("msg"),
    callId(id) {
      const callId = taken.has(id) ? uniqueId("call") : id;
      taken.add(callId);
      return callId;
    },
    matchedStop: () => stop.sequence(),
    estimatedInput: () => estimateTokens(request),
  };
}

function uniqueId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString("hex")}`;
}
