import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { AnswerContext } from "./answer-context.ts";
import { BrokenAnswerError } from "./broken-answer-error.ts";
import { messageUsage } from "./message-usage.ts";
import { messageStop } from "./stop-reason.ts";
import { estimateOutput } from "./token-estimate.ts";

/**
 * The answer in one piece.
 * Throws `BrokenAnswerError` when a tool call's arguments are no JSON: there is no other way to say that here.
 */
export function wholeMessage(
  { content, finishReason, usage }: LanguageModelV4GenerateResult,
  context: AnswerContext,
): Record<string, unknown> {
  const callsTools = content.some(({ type }) => type === "tool-call");
  return {
    id: context.messageId,
    type: "message",
    role: "assistant",
    model: context.model,
    content: content.flatMap((part) => blockOf(part, context)),
    ...messageStop(finishReason, { callsTools, matchedStop: context.matchedStop() }),
    usage: messageUsage(usage, {
      input: context.estimatedInput,
      output: () => estimateOutput(JSON.stringify(content).length),
    }),
  };
}

function blockOf(part: LanguageModelV4Content, context: AnswerContext): Record<string, unknown>[] {
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "reasoning":
      return [{ type: "thinking", thinking: part.text, signature: "" }];
    case "tool-call": {
      const { toolCallId, toolName: name, input } = part;
      return [{ type: "tool_use", id: context.callId(toolCallId), name, input: parsedInput(input) }];
    }
    default:
      return [];
  }
}

function parsedInput(input: string): unknown {
  // A tool without parameters.
  if (input.trim() === "") return {};
  try {
    return JSON.parse(input);
  } catch (error) {
    throw new BrokenAnswerError(error);
  }
}
