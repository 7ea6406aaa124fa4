import {
  blocksOf,
  isToolResult,
  isToolUse,
  parseTranscriptLine,
  reasoningOf,
  textOf,
  type ToolResultBlock,
  type TranscriptBlock,
  type TranscriptLine,
} from "./claude-transcript-line.ts";
import type { ConversationMessage, ToolUse } from "./conversation-message.ts";
import { fileLines } from "./file-lines.ts";
import { unwrapped } from "./openclaw-wrapping.ts";

/** An answer that may go on: Claude Code writes a line for each of its blocks, results of its tools in between. */
type OpenAnswer = { id: string | undefined; message: ConversationMessage; waiting: Map<string, ToolUse> };

/**
 * The conversation in a transcript of Claude Code, a message at a time, whatever its size. What subagents say and what
 * Claude Code tells itself is left out. Rejects when the file cannot be read.
 */
export async function* readClaudeConversation(path: string): AsyncGenerator<ConversationMessage> {
  let answer: OpenAnswer | undefined;
  for await (const text of fileLines(path)) {
    const line = parseTranscriptLine(text);
    if (line === null || line.isSidechain === true || line.isMeta === true) continue;
    if (line.type === "assistant" && line.message !== undefined) {
      const same = goesOn(answer, line) ? answer : undefined;
      if (answer !== undefined && same === undefined) yield answer.message;
      answer = same ?? begunAnswer(line);
      addTo(answer, blocksOf(line.message.content));
      continue;
    }
    const blocks = blocksOf(line.message?.content ?? line.attachment?.prompt);
    for (const result of blocks.filter(isToolResult)) noteResult(answer, result);
    const said = messageOf(line, blocks);
    if (said === null) continue;
    if (answer !== undefined) yield answer.message;
    answer = undefined;
    yield said;
  }
  if (answer !== undefined) yield answer.message;
}

function goesOn(answer: OpenAnswer | undefined, { message }: TranscriptLine): boolean {
  return answer?.id !== undefined && answer.id === message?.id;
}

/** Claude Code's own word for an answer that no model has given, such as an error of the API. */
const NO_MODEL = "<synthetic>";

function begunAnswer({ message, timestamp }: TranscriptLine): OpenAnswer {
  const model = message?.model;
  const isModels = model !== NO_MODEL;
  return {
    id: message?.id,
    message: {
      role: isModels ? "assistant" : "system",
      content: "",
      at: timestamp ?? null,
      ...(isModels && model !== undefined ? { model } : {}),
    },
    waiting: new Map(),
  };
}

function addTo({ message, waiting }: OpenAnswer, blocks: TranscriptBlock[]): void {
  message.content = joined([message.content, textOf(blocks)]);
  const reasoning = joined([message.reasoning ?? "", reasoningOf(blocks)]);
  if (reasoning !== "") message.reasoning = reasoning;
  for (const { id, name, input } of blocks.filter(isToolUse)) {
    const use: ToolUse = { name, input, result: null, failed: false };
    waiting.set(id, use);
    message.tools = [...(message.tools ?? []), use];
  }
}

function noteResult(
  answer: OpenAnswer | undefined,
  { tool_use_id: id, content, is_error }: ToolResultBlock,
): void {
  const use = answer?.waiting.get(id);
  if (use === undefined) return;
  use.result = textOf(blocksOf(content));
  use.failed = is_error === true;
}

const COMMAND = /<command-name>([^<]*)<\/command-name>/;
const COMMAND_ARGUMENTS = /<command-args>([\s\S]*?)<\/command-args>/;
const COMMAND_OUTPUT = /^\s*<local-command-std(?:out|err)>([\s\S]*?)<\/local-command-std(?:out|err)>\s*$/;

/** Null for a line that says nothing. */
function messageOf(line: TranscriptLine, blocks: TranscriptBlock[]): ConversationMessage | null {
  const at = line.timestamp ?? null;
  if (line.subtype === "compact_boundary")
    return { role: "system", content: "The context was compacted.", at };
  const isSaid = line.type === "user" || line.attachment?.type === "queued_command";
  const text = isSaid ? textOf(blocks.filter((block) => !isToolResult(block))) : "";
  if (text.trim() === "") return null;
  const output = COMMAND_OUTPUT.exec(text)?.[1];
  if (output !== undefined) return { role: "system", content: output.trim(), at };
  if (line.isCompactSummary === true) return { role: "system", content: text, at };
  const command = COMMAND.exec(text)?.[1];
  if (command !== undefined) {
    const words = [command.trim(), COMMAND_ARGUMENTS.exec(text)?.[1]?.trim() ?? ""];
    return { role: "user", content: words.filter(Boolean).join(" "), at };
  }
  const { message, context } = unwrapped(text);
  return { role: "user", content: message, at, ...(context === undefined ? {} : { context }) };
}

function joined(parts: string[]): string {
  return parts.filter(Boolean).join("\n\n");
}
