import type { ToolCall, ToolCallUpdate } from "@agentclientprotocol/sdk/unstable";
import { claudeMetaOf, isRecord } from "./claude-meta.ts";
import { withoutControlCharacters } from "./harmless-text.ts";

/** An update of a tool call: the first one may be either. */
export type ToolUpdate = (ToolCall | ToolCallUpdate) & { _meta?: Record<string, unknown> | null };

const NAME_LENGTH = 100;
const TITLE_LENGTH = 300;
const OUTPUT_LENGTH = 20_000;

/** How both adapters and Claude Code itself begin to say that a call was not allowed. */
const REFUSALS =
  /^(Error: )?(User refused permission|Permission to use \S+|Claude requested permissions? to|Tool permission request failed|\S*PreToolUse:)/i;

/** Untrusted words as one short line. */
export function toolNameOf(name: string): string {
  return oneLine(name, NAME_LENGTH) || "unnamed";
}

/** Untrusted words as one line; claude-code-acp puts commands between backticks, and escapes those within. */
export function toolTitleOf(title: string): string {
  const within = title.slice(1, -1);
  const quoted =
    title.length > 2 && title.startsWith("`") && title.endsWith("`") && !/(^|[^\\])`/.test(within);
  return oneLine(quoted ? within.replaceAll("\\`", "`") : title, TITLE_LENGTH);
}

/** The input is empty while the model is still writing it. */
export function isEmptyInput(input: unknown): boolean {
  return input === undefined || input === null || (isRecord(input) && Object.keys(input).length === 0);
}

/** What the tool printed or returned; undefined when the update does not tell. */
export function toolOutputOf(update: ToolUpdate): string | undefined {
  const output = wordsOf(update.rawOutput) ?? wordsOfContent(update.content) ?? responseOf(update);
  return output === undefined ? undefined : bounded(output);
}

/** Claude Code's PostToolUse hook tells it apart from the end of the call. */
export function responseOf(update: ToolUpdate): string | undefined {
  const { toolResponse } = claudeMetaOf(update);
  if (isRecord(toolResponse)) {
    if ("elapsedTimeSeconds" in toolResponse) return undefined;
    const { stdout, stderr } = toolResponse;
    const printed = [stdout, stderr].filter((part) => typeof part === "string" && part !== "");
    if (typeof stdout === "string") return bounded(printed.join("\n"));
  }
  const words = wordsOf(toolResponse);
  return words === undefined ? undefined : bounded(words);
}

/**
 * Whether a failed call was refused and so never began. The kind `user-rejected` alone proves nothing: a running
 * command that a cancel has killed is marked the same.
 */
export function isRefusal(update: ToolUpdate, output: string | undefined): boolean {
  const { nonExecutionKind = "", toolResponse } = claudeMetaOf(update);
  if (nonExecutionKind === "permission-rule" || nonExecutionKind.startsWith("automode-")) return true;
  if (isRecord(toolResponse) && "decisionReasonType" in toolResponse) return true;
  return REFUSALS.test(output ?? "");
}

function wordsOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((part: unknown) => blockText(part)).join("\n");
  return JSON.stringify(value, null, 2);
}

function wordsOfContent(content: ToolUpdate["content"]): string | undefined {
  const blocks = (content ?? []).flatMap((part) =>
    part.type === "content" ? [blockText(part.content)] : [],
  );
  return blocks.length === 0 ? undefined : blocks.map(withoutFence).join("\n");
}

function blockText(block: unknown): string {
  if (!isRecord(block)) return String(block);
  if (typeof block["text"] === "string") return block["text"];
  return typeof block["type"] === "string" ? `[${block["type"]}]` : JSON.stringify(block);
}

/** Both adapters fence a command's output and every error. */
function withoutFence(text: string): string {
  return /^(`{3,})[a-z]*\n(.*?)\n?\1\s*$/s.exec(text)?.[2] ?? text;
}

function bounded(output: string): string {
  const cut = output.length > OUTPUT_LENGTH ? output.slice(0, OUTPUT_LENGTH) : output;
  const clean = withoutControlCharacters(cut).toWellFormed();
  const more = output.length - cut.length;
  return more === 0 ? clean : `${clean}\n… (${more} more characters)`;
}

function oneLine(text: string, length: number): string {
  // No more than could be shown: a title may be a whole script.
  const start = withoutControlCharacters(text.slice(0, 4 * length));
  const line = start
    .replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toWellFormed();
  return line.length > length ? `${line.slice(0, length - 1).toWellFormed()}…` : line;
}
