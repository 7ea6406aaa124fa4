import { stripVTControlCharacters } from "node:util";
import type { PromptImage } from "../acp/acp-adapter.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { InboundMessage } from "./turn.ts";

/** What is sent to Claude Code for one turn. */
export type ClaudeTurnPayload = { text: string; images: PromptImage[] };

const CONTEXT_TAG = "openclaw-context";

/**
 * Only the new message: Claude Code has the conversation already. Chat context comes along as labelled data, and never
 * in front of a slash command, which must stay the first thing that Claude Code reads.
 * Throws `usage` for a message with neither text nor image.
 */
export function buildClaudeTurnPayload(message: InboundMessage): ClaudeTurnPayload {
  // Half a surrogate pair would make the whole request invalid JSON for the model's API.
  const text = message.text.trim().toWellFormed();
  if (text === "" && message.images.length === 0) {
    throw new ContractorError("usage", { message: "The message is empty.", mend: "Write something." });
  }
  const context = message.context?.trim();
  if (!context || text.startsWith("/")) return { text, images: message.images };
  return { text: `${labelledContext(context)}\n\n${text}`.trimEnd(), images: message.images };
}

/** What a new Claude session is told of the conversation so far goes in front, except of a slash command. */
export function withSummary(payload: ClaudeTurnPayload, summary: string | undefined): ClaudeTurnPayload {
  if (summary === undefined || payload.text.startsWith("/")) return payload;
  return { ...payload, text: `${summary}\n\n${payload.text}`.trimEnd() };
}

/** True when Claude Code will read the message as one of its own commands. */
export function isSlashCommand(message: InboundMessage): boolean {
  return message.text.trimStart().startsWith("/");
}

/** Other people's words between tags that they cannot close, without control characters. */
function labelledContext(context: string): string {
  const harmless = withoutControlCharacters(context)
    .toWellFormed()
    .replaceAll(new RegExp(`<([\\s/]*)(${CONTEXT_TAG})`, "gi"), "<$1_$2");
  return `<${CONTEXT_TAG}>\n${harmless}\n</${CONTEXT_TAG}>`;
}

/** Drops ANSI sequences and every control character but tab and newline. */
export function withoutControlCharacters(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?![\t\n])\p{Cc}/gu, "");
}
