import type { PromptResponse } from "@agentclientprotocol/sdk/unstable";
import type { PromptOutcome, PromptRequest, TurnUsage } from "./acp-adapter.ts";

export function outcomeOf({ stopReason, usage }: PromptResponse): PromptOutcome {
  if (!usage) return { stopReason };
  const counted: TurnUsage = {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadTokens: usage.cachedReadTokens ?? 0,
    cacheWriteTokens: usage.cachedWriteTokens ?? 0,
  };
  return { stopReason, usage: counted };
}

/** The content blocks of a message. */
export function promptBlocks({ text, images }: Pick<PromptRequest, "text" | "images">): object[] {
  return [
    // The Messages API refuses an empty text block, which a message of images alone would make.
    ...(text === "" ? [] : [{ type: "text", text }]),
    ...images.map((image) => ({ type: "image", ...image })),
  ];
}
