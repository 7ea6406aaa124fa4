import type { LanguageModelV4FinishReason } from "@ai-sdk/provider";

export type MessageStop = { stop_reason: string; stop_sequence: string | null };

/** Some servers say `stop` behind tool calls; what the answer holds counts more than what they say. */
export function messageStop(
  { unified }: LanguageModelV4FinishReason,
  answer: { callsTools: boolean; matchedStop: string | null },
): MessageStop {
  switch (unified) {
    case "length":
      return { stop_reason: "max_tokens", stop_sequence: null };
    case "content-filter":
      return { stop_reason: "refusal", stop_sequence: null };
    default:
      if (answer.callsTools) return { stop_reason: "tool_use", stop_sequence: null };
      if (answer.matchedStop === null) return { stop_reason: "end_turn", stop_sequence: null };
      return { stop_reason: "stop_sequence", stop_sequence: answer.matchedStop };
  }
}
