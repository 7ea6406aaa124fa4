import { sentenceOfReset } from "../errors/reset-time.ts";
import type { LimitNote } from "../endpoint/limit-book.ts";
import { endpointInWords } from "./metadata-resolver.ts";

type Limit = Pick<LimitNote, "endpoint" | "code" | "until" | "told">;

/** `limitInWords` where a sentence begins. */
export function limitSentence(limit: Limit, now: Date): string {
  const words = limitInWords(limit, now);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What is wrong with an endpoint, as one or two sentences. */
export function limitInWords({ endpoint, code, until, told }: Limit, now: Date): string {
  const name = endpointInWords(endpoint);
  const state = code === "agent-limit" ? "is at its limit" : "is overloaded or cannot be reached";
  const end = new Date(until);
  return told && end > now ? `${name} ${state}. ${sentenceOfReset(end, now)}` : `${name} ${state}.`;
}
