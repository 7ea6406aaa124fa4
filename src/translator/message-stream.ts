import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { AnswerContext } from "./answer-context.ts";
import { createBlockSequence, type MessageEvent } from "./block-sequence.ts";
import { BrokenAnswerError } from "./broken-answer-error.ts";
import { messageUsage } from "./message-usage.ts";
import { messageStop } from "./stop-reason.ts";
import { estimateOutput } from "./token-estimate.ts";

type FinishPart = Extract<LanguageModelV4StreamPart, { type: "finish" }>;

/**
 * The answer as events of the Messages API, each as soon as its part comes.
 * Throws `BrokenAnswerError` when the endpoint reports an error in the middle of it, and what the connection throws.
 */
export async function* messageStream(
  parts: AsyncIterable<LanguageModelV4StreamPart>,
  context: AnswerContext,
): AsyncGenerator<MessageEvent> {
  const blocks = createBlockSequence();
  const answer = { callsTools: false, characters: 0 };
  yield messageStart(context);
  yield { type: "ping" };
  for await (const part of parts) {
    if (part.type === "finish") {
      yield* blocks.endAll();
      yield* messageEnd(part, { ...answer, context });
      return;
    }
    if (part.type === "tool-input-start") answer.callsTools = true;
    if ("delta" in part) answer.characters += part.delta.length;
    yield* eventsOf(part, blocks, context);
  }
}

function eventsOf(
  part: LanguageModelV4StreamPart,
  blocks: ReturnType<typeof createBlockSequence>,
  context: AnswerContext,
): MessageEvent[] {
  switch (part.type) {
    case "text-delta":
      return blocks.extend(
        { key: part.id, start: { type: "text", text: "" } },
        { type: "text_delta", text: part.delta },
      );
    case "reasoning-delta":
      return blocks.extend(
        { key: part.id, start: { type: "thinking", thinking: "", signature: "" } },
        { type: "thinking_delta", thinking: part.delta },
      );
    case "tool-input-start": {
      const { id, toolName: name } = part;
      const start = { type: "tool_use", id: context.callId(id), name, input: {} };
      return blocks.begin({ key: toolKey(id), start });
    }
    case "tool-input-delta":
      return blocks.extend(
        { key: toolKey(part.id), start: { type: "tool_use" } },
        { type: "input_json_delta", partial_json: part.delta },
      );
    case "tool-input-end":
      return blocks.end(toolKey(part.id));
    case "text-end":
    case "reasoning-end":
      return blocks.end(part.id);
    case "error":
      throw new BrokenAnswerError(part.error);
    default:
      return [];
  }
}

/** A server may call a tool "txt-0". */
function toolKey(id: string): string {
  return `tool ${id}`;
}

/** Chat Completions tells its numbers at the end; until then there is an estimate, which some Claude Codes write down. */
function messageStart({ messageId, model, estimatedInput }: AnswerContext): MessageEvent {
  const usage = {
    input_tokens: estimatedInput(),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 0,
  };
  return {
    type: "message_start",
    message: {
      id: messageId,
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  };
}

function* messageEnd(
  { finishReason, usage }: FinishPart,
  { callsTools, characters, context }: { callsTools: boolean; characters: number; context: AnswerContext },
): Generator<MessageEvent> {
  yield {
    type: "message_delta",
    delta: messageStop(finishReason, { callsTools, matchedStop: context.matchedStop() }),
    usage: messageUsage(usage, { input: context.estimatedInput, output: () => estimateOutput(characters) }),
  };
  yield { type: "message_stop" };
}
