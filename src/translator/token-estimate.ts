import type { MessagesRequest } from "./messages-request.ts";

/** A rule of thumb for English and code; a tokenizer's own number may be a third off either way. */
const CHARACTERS_A_TOKEN = 4;
/** What Claude's API takes for a large image; other models take from 85 to some thousands. */
const TOKENS_AN_IMAGE = 1_600;

/**
 * An estimate, and no count: Chat Completions has no endpoint that counts, and each model has a tokenizer of its own.
 * Claude Code uses it to see when a conversation has to be compacted.
 */
export function estimateTokens({ system, messages, tools }: MessagesRequest): number {
  let files = 0;
  const text = JSON.stringify([system, messages, tools], (_, value: unknown) => {
    if (!isBase64(value)) return value;
    files += 1;
    return undefined;
  });
  return Math.ceil(text.length / CHARACTERS_A_TOKEN) + files * TOKENS_AN_IMAGE;
}

export function estimateOutput(characters: number): number {
  return Math.ceil(characters / CHARACTERS_A_TOKEN);
}

function isBase64(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && value.type === "base64";
}
