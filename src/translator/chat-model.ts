import { createOpenAICompatible, type MetadataExtractor } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ChatUpstream } from "./chat-translator.ts";
import { patientFetch } from "./patient-fetch.ts";

/** The name under which the library takes options and gives metadata. */
export const PROVIDER = "endpoint";

/** OpenAI's own newer models refuse the name that every other server knows. */
const OPENAI_HOST = "api.openai.com";

/** `onAnswer` is told each piece of the answer as the server has sent it. */
export function chatModel(
  { baseUrl, apiKey }: ChatUpstream,
  model: string,
  onAnswer: (piece: unknown) => void,
): LanguageModelV4 {
  const isOpenAi = URL.canParse(baseUrl) && new URL(baseUrl).hostname === OPENAI_HOST;
  return createOpenAICompatible({
    name: PROVIDER,
    baseURL: baseUrl,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: patientFetch,
    metadataExtractor: watching(onAnswer),
    ...(isOpenAi ? { transformRequestBody: withCompletionLimit } : {}),
  }).chatModel(model);
}

function withCompletionLimit({
  max_tokens: limit,
  ...body
}: Record<string, unknown>): Record<string, unknown> {
  return { ...body, max_completion_tokens: limit };
}

function watching(onAnswer: (piece: unknown) => void): MetadataExtractor {
  return {
    extractMetadata({ parsedBody }) {
      onAnswer(parsedBody);
      return Promise.resolve(undefined);
    },
    createStreamExtractor: () => ({ processChunk: onAnswer, buildMetadata: () => undefined }),
  };
}
