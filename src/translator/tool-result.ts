import type { LanguageModelV4FilePart, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import { documentText, filePart } from "./content-parts.ts";
import { blocksOf, type ContentBlock } from "./messages-request.ts";

/** Chat Completions has no field for it, and a model should not have to guess. */
const ERROR_MARK = "[The tool call failed]";
const FILE_NOTE = "[A file of this result follows in the next message]";

export type ToolResult = {
  part: LanguageModelV4ToolResultPart;
  /** Images and documents, which most servers take from users alone. */
  files: LanguageModelV4FilePart[];
};

export function toolResultOf(block: ContentBlock, toolName: string): ToolResult {
  const blocks = blocksOf(block.content);
  const files = blocks.flatMap((inner) => filePart(inner) ?? []);
  const lines = [...(block.is_error === true ? [ERROR_MARK] : []), ...blocks.flatMap(linesOf)];
  return {
    part: {
      type: "tool-result",
      toolCallId: block.tool_use_id ?? "",
      toolName,
      output: { type: "text", value: lines.join("\n") },
    },
    files,
  };
}

function linesOf(block: ContentBlock): string[] {
  if (block.type === "text") return [block.text ?? ""];
  // What Claude Code's search for deferred tools finds: the tool is among the request's own from now on.
  if (block.type === "tool_reference") return [`The tool ${block.tool_name ?? ""} can be called now.`];
  const text = documentText(block);
  if (text !== undefined) return [text];
  return filePart(block) === undefined ? [] : [FILE_NOTE];
}
