/** A message as the host hands it over, taken apart. */
export type OpenedEnvelope = {
  /** What is to be acted upon. */
  message: string;
  /** What the host wrote around it: facts about the chat, and other people's words. */
  context: string[];
  /** The host named attachments; its names for them lead nowhere outside the host. */
  namesAttachments: boolean;
  /** Another session or a tool sent it: it may ask for work, but gives no commands. */
  relayed: boolean;
};

/** OpenClaw marks each header that it writes itself: inbound-context-marker.ts of the host. */
const HEADER_MARK = " ⟦openclaw:ctx⟧";
const INTERNAL_BEGIN = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>";
const INTERNAL_END = "<<<END_OPENCLAW_INTERNAL_CONTEXT>>>";
/** What the host asks when all it has to say stands in its context. */
const CONTINUE = "Continue the OpenClaw runtime event.";
const MEDIA_NOTE = /\[media attached(?: \d+\/\d+)?: [^\n]*\](?=\n|$)/y;

type Leading = {
  pattern: RegExp;
  /** Undefined: it is dropped. */
  asContext?: (match: RegExpExecArray) => string;
  media?: true;
  relayed?: true;
};

const LEADING: Leading[] = [
  { pattern: MEDIA_NOTE, media: true },
  { pattern: /\[User sent media without caption\](?=\n|$)/y, media: true },
  // The bridge knows better what was left of the last turn, and says so itself.
  { pattern: /Note: The previous agent run was interrupted\.[^\n]*/y },
  {
    pattern: /\[([A-Z][a-z]{2} \d{4}-\d{2}-\d{2} \d{2}:\d{2}[^\]\n]{0,40})\]/y,
    asContext: ([, at = ""]) => `Sent: ${at}`,
  },
  {
    pattern: /\[Inter-session message\]([^\n]*)(?:\nThis content was routed by OpenClaw[^\n]*)?/y,
    asContext: ([, facts = ""]) =>
      `The message was sent by another session or tool, not by a person:${facts.replace(/ isUser=false$/, "")}`,
    relayed: true,
  },
  {
    pattern: /System: \[\d{4}-\d{2}-\d{2} [^\]\n]{0,40}\][^\n]*(?:\nSystem: [^\n]*)*/y,
    asContext: ([lines]) => lines,
  },
];

/** Guidance for OpenClaw's own model loop, which has tools that Claude Code lacks: by how such a line begins. */
const HOST_GUIDANCE = [
  "Delivery: to send a message, use the `message` tool.",
  "Delivery: Final assistant text is not automatically delivered",
  "Delivery: No visible reply is delivered automatically",
  "[OpenClaw room event]",
  "Treat this message as observed room activity",
];

/**
 * Takes a message out of what OpenClaw puts around it. Voice transcripts, quoted replies, forwarded text, inlined files
 * and the bodies of schedules are the message and stay. Pure; its time grows with the length of the text alone.
 */
export function openEnvelope(text: string): OpenedEnvelope {
  const { outside, inside } = takeInternalBlocks(text);
  const opened: OpenedEnvelope = { message: "", context: inside, namesAttachments: false, relayed: false };
  const body = withoutMediaNotes(outside.slice(readLeading(outside, opened)), opened);
  const rest = withoutTrailingMedia(body, opened);
  opened.message = rest === CONTINUE ? "" : rest;
  return opened;
}

/** The host's context for a reader: its marks and its guidance are gone, and each JSON stands on its label's line. */
export function readableContext(context: string): string {
  return context
    .replaceAll(/ ⟦openclaw:ctx⟧\n```json\n([^\n]*)\n```/g, " $1")
    .replaceAll(HEADER_MARK, "")
    .split("\n")
    .filter((line) => !HOST_GUIDANCE.some((beginning) => line.startsWith(beginning)))
    .join("\n")
    .trim();
}

/** Moves over every envelope at the beginning; returns where the message begins. */
function readLeading(text: string, opened: OpenedEnvelope): number {
  let position = afterSpace(text, 0);
  for (;;) {
    const found = firstMatch(text, position);
    if (found === undefined) return position;
    const { envelope, match } = found;
    if (envelope.asContext !== undefined) opened.context.push(envelope.asContext(match));
    opened.namesAttachments ||= envelope.media === true;
    opened.relayed ||= envelope.relayed === true;
    position = afterSpace(text, position + match[0].length);
  }
}

function firstMatch(
  text: string,
  position: number,
): { envelope: Leading; match: RegExpExecArray } | undefined {
  for (const envelope of LEADING) {
    envelope.pattern.lastIndex = position;
    const match = envelope.pattern.exec(text);
    if (match !== null) return { envelope, match };
  }
  return undefined;
}

function afterSpace(text: string, position: number): number {
  const space = /\s*/y;
  space.lastIndex = position;
  space.exec(text);
  return space.lastIndex;
}

/** `chat.send` names each attachment once more, by nothing but the host's id for it. */
function withoutMediaNotes(text: string, opened: OpenedEnvelope): string {
  return text.replaceAll(
    /^\[media attached: media:\/\/inbound\/[^\s\]]+---[0-9a-f-]{36}[^\s\]]*\]\n*/gm,
    () => {
      opened.namesAttachments = true;
      return "";
    },
  );
}

/** Some surfaces name attachments after the message. */
function withoutTrailingMedia(text: string, opened: OpenedEnvelope): string {
  let rest = text.trimEnd();
  for (;;) {
    const lastLine = rest.lastIndexOf("\n") + 1;
    MEDIA_NOTE.lastIndex = lastLine;
    if (!MEDIA_NOTE.test(rest)) return rest;
    opened.namesAttachments = true;
    rest = rest.slice(0, lastLine).trimEnd();
  }
}

/** What the host closed off as internal: results of tasks, for example. A block that is never closed is left alone. */
function takeInternalBlocks(text: string): { outside: string; inside: string[] } {
  const outside: string[] = [];
  const inside: string[] = [];
  let position = 0;
  for (;;) {
    const begin = text.indexOf(INTERNAL_BEGIN, position);
    const end = begin === -1 ? -1 : text.indexOf(INTERNAL_END, begin);
    if (end === -1) break;
    outside.push(text.slice(position, begin));
    inside.push(text.slice(begin + INTERNAL_BEGIN.length, end).trim());
    position = end + INTERNAL_END.length;
  }
  outside.push(text.slice(position));
  return { outside: outside.join(""), inside };
}
