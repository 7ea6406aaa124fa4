import type { ConversationMessage, ToolUse } from "../../contractor/conversation/conversation-message.ts";

export const EXPORT_FORMATS = ["jsonl", "markdown"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportTitle = {
  agentId: string;
  source: "claude" | "openclaw";
  redacted: boolean;
  exportedAt: Date;
};

/** The text of an export in pieces, each whole lines. */
export async function* formatted(
  format: ExportFormat,
  { title, messages }: { title: ExportTitle; messages: AsyncIterable<ConversationMessage> },
): AsyncGenerator<string> {
  if (format === "markdown") yield headingOf(title);
  for await (const message of messages) yield format === "jsonl" ? jsonLineOf(message) : sectionOf(message);
}

function jsonLineOf(message: ConversationMessage): string {
  const { role, content, at, ...more } = message;
  return `${JSON.stringify({ role, content, at, ...more })}\n`;
}

const SOURCES = { claude: "Claude Code's transcript", openclaw: "OpenClaw's transcript" };

/** Without the session key, which may name a person. */
function headingOf({ agentId, source, redacted, exportedAt }: ExportTitle): string {
  return [
    `# A conversation with ${agentId}`,
    "",
    `From ${SOURCES[source]}, exported ${minuteOf(exportedAt.toISOString())}.`,
    redacted
      ? "Keys, tokens, passwords, e-mail addresses and home folders were replaced where they could be told."
      : "Nothing was taken out.",
    "",
    "",
  ].join("\n");
}

const SPEAKERS: Record<ConversationMessage["role"], string> = {
  user: "User",
  assistant: "Claude",
  system: "System",
};

function sectionOf({ role, content, at, tools = [] }: ConversationMessage): string {
  const heading = `## ${SPEAKERS[role]}${at === null ? "" : `, ${minuteOf(at)}`}`;
  const uses = tools.map(toolLineOf).join("\n");
  return `${[heading, content.trim(), uses].filter(Boolean).join("\n\n")}\n\n`;
}

function minuteOf(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** What tells most about a call, in this order. */
const TELLING = ["command", "file_path", "path", "pattern", "url", "query", "description"];
const LONGEST_DETAIL = 120;

function toolLineOf({ name, input, failed }: ToolUse): string {
  const fields = new Map<string, unknown>(
    typeof input === "object" && input !== null ? Object.entries(input) : [],
  );
  const detail = TELLING.map((field) => fields.get(field)).find((value) => typeof value === "string") ?? "";
  const line = detail.replaceAll(/\s+/g, " ").replaceAll("`", "'").trim();
  const cut = line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL).toWellFormed()}…` : line;
  return `- _${name}_${cut === "" ? "" : ` \`${cut}\``}${failed ? " (failed)" : ""}`;
}
