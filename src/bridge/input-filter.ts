import type { PromptImage } from "../acp/acp-adapter.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { tagged, withoutControlCharacters } from "./harmless-text.ts";
import { openEnvelope, readableContext } from "./host-envelopes.ts";
import { withoutInstructions } from "./turn-instructions.ts";
import type { InboundMessage } from "./turn.ts";

/** What is sent to Claude Code for one turn. */
export type ClaudeTurnPayload = { text: string; images: PromptImage[] };

const CONTEXT_TAG = "openclaw-context";
const FILES_TAG = "openclaw-files";

/** For a turn that nobody wrote a message for: a task has ended, an event has come in. */
const NEWS = "The context above is news for this conversation. Tell the person what came of it.";
const LOST_ATTACHMENT = "An attachment came with the message, but OpenClaw did not hand it over.";

/** OpenClaw owns some of Claude Code's commands; with this word in front it leaves them alone. */
const COMMAND_PREFIX = /^\/contractor(?:@[\w-]+)?(?:\s+\/?contractor(?:@[\w-]+)?(?=\s|$))*(?:\s+\/?|$)/i;

/**
 * Only the new message: Claude Code has the conversation already. Chat context comes along as labelled data, and never
 * in front of a slash command, which must stay the first thing that Claude Code reads. `fileNotes` say, a line each,
 * where the message's files are. Pure.
 * Throws `usage` for a message that says nothing at all.
 */
export function buildClaudeTurnPayload(message: InboundMessage, fileNotes: string[] = []): ClaudeTurnPayload {
  const { images } = message;
  const { text, context, command, namesAttachments } = partsOf(message);
  const lost = namesAttachments && images.length === 0 && fileNotes.length === 0;
  const files = labelled(FILES_TAG, lost ? [LOST_ATTACHMENT] : fileNotes);
  if (command && text === "/") throw commandless();
  if (command) return { text: joined([text, files]), images };
  const comesWithFiles = images.length > 0 || files !== "" || message.attachments.length > 0;
  const told = text === "" && !comesWithFiles ? news(message, context) : text;
  return { text: joined([labelled(CONTEXT_TAG, context), told, files]), images };
}

/** What a session must know before it reads the message goes in front. Not for a slash command, which must stay first. */
export function withPreface(payload: ClaudeTurnPayload, preface: (string | undefined)[]): ClaudeTurnPayload {
  return { ...payload, text: joined([...preface, payload.text]) };
}

/** True when Claude Code will read the message as one of its own commands. */
export function isSlashCommand(message: InboundMessage): boolean {
  return partsOf(message).command;
}

type MessageParts = {
  text: string;
  command: boolean;
  /** Lines, each behind a mark of quotation: none of them can pass for a heading or a speaker. */
  context: string[];
  namesAttachments: boolean;
};

function partsOf(message: InboundMessage): MessageParts {
  // Half a surrogate pair would make the whole request invalid JSON for the model's API.
  const opened = openEnvelope(withoutInstructions(message.text));
  const context = [message.context ?? "", ...opened.context].map((part) =>
    readableContext(withoutControlCharacters(part)),
  );
  const command = opened.message.startsWith("/") && !opened.relayed;
  return {
    text: command ? opened.message.replace(COMMAND_PREFIX, "/") : opened.message,
    command,
    context: context.filter(Boolean).flatMap(quoted),
    namesAttachments: opened.namesAttachments,
  };
}

function quoted(text: string): string[] {
  return text.split(/[\n\u2028\u2029]+/).map((line) => `> ${line.trimEnd()}`);
}

/** Only what the host itself put into the message is news; the chat's context alone asks for nothing. */
function news(message: InboundMessage, context: string[]): string {
  if (openEnvelope(message.text).context.length > 0 && context.length > 0) return NEWS;
  throw new ContractorError("usage", { message: "The message is empty.", mend: "Write something." });
}

/** Other people's words between tags that they cannot close; empty for none. */
function labelled(tag: string, lines: string[]): string {
  return lines.length === 0 ? "" : tagged(tag, lines.join("\n"));
}

function joined(parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join("\n\n");
}

function commandless(): ContractorError {
  return new ContractorError("usage", {
    message: "The slash has no command of Claude Code behind it.",
    mend: "Write for example /contractor context.",
  });
}
