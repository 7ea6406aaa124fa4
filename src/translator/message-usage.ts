import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { z } from "zod";

/** OpenRouter tells what was written to the cache; the library does not know the field. */
const cacheWrites = z.looseObject({
  prompt_tokens_details: z.looseObject({ cache_write_tokens: z.number() }),
});

export type MessageUsage = {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
};

/**
 * Chat Completions counts cached tokens among those of the prompt, the Messages API beside them. A server that counts
 * nothing gets the estimates: without numbers, Claude Code would never compact the conversation.
 */
export function messageUsage(
  { inputTokens, outputTokens, raw }: LanguageModelV4Usage,
  estimates: { input: () => number; output: () => number },
): MessageUsage {
  const read = inputTokens.cacheRead ?? 0;
  const written = cacheWrites.safeParse(raw).data?.prompt_tokens_details.cache_write_tokens ?? 0;
  const total = inputTokens.total || estimates.input();
  return {
    input_tokens: Math.max(0, total - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: outputTokens.total ?? estimates.output(),
  };
}
