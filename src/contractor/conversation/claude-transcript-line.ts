import { z } from "zod";

const textBlock = z.looseObject({ type: z.literal("text"), text: z.string() });
const thinkingBlock = z.looseObject({ type: z.literal("thinking"), thinking: z.string() });
const imageBlock = z.looseObject({
  type: z.enum(["image", "document"]),
  source: z.looseObject({ media_type: z.string().optional() }).optional(),
});
const toolUseBlock = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});
const otherBlock = z.looseObject({ type: z.string() });

const partSchema = z.union([textBlock, thinkingBlock, imageBlock, toolUseBlock, otherBlock]);
const toolResultBlock = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(partSchema)]).optional(),
  is_error: z.boolean().nullish(),
});
const contentSchema = z.union([z.string(), z.array(z.union([toolResultBlock, partSchema]))]);

/** A line of Claude Code's transcript, as far as it is looked at. */
const lineSchema = z.looseObject({
  type: z.string(),
  subtype: z.string().optional(),
  timestamp: z.string().optional(),
  isSidechain: z.boolean().optional(),
  isMeta: z.boolean().optional(),
  isCompactSummary: z.boolean().optional(),
  message: z
    .looseObject({
      id: z.string().optional(),
      model: z.string().optional(),
      content: contentSchema,
    })
    .optional(),
  /** What was said in the middle of a turn. */
  attachment: z
    .looseObject({ type: z.string(), prompt: contentSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export type TranscriptLine = z.infer<typeof lineSchema>;
export type TranscriptContent = z.infer<typeof contentSchema>;
export type TranscriptBlock = Exclude<TranscriptContent, string>[number];
export type ToolResultBlock = z.infer<typeof toolResultBlock>;
export type ToolUseBlock = z.infer<typeof toolUseBlock>;

/** Null for a line that is cut off, or of a shape that is not known. */
export function parseTranscriptLine(line: string): TranscriptLine | null {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** A string is one block of text. */
export function blocksOf(content: TranscriptContent | undefined): TranscriptBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : (content ?? []);
}

export function isToolResult(block: TranscriptBlock): block is ToolResultBlock {
  return toolResultBlock.safeParse(block).success;
}

export function isToolUse(block: TranscriptBlock): block is ToolUseBlock {
  return toolUseBlock.safeParse(block).success;
}

/** The words of some blocks; pictures and files are named. */
export function textOf(blocks: readonly TranscriptBlock[]): string {
  return blocks.map(wordsOf).filter(Boolean).join("\n\n");
}

function wordsOf(block: TranscriptBlock): string {
  const text = textBlock.safeParse(block);
  if (text.success) return text.data.text;
  const image = imageBlock.safeParse(block);
  return image.success ? `[${image.data.source?.media_type ?? image.data.type}]` : "";
}

export function reasoningOf(blocks: readonly TranscriptBlock[]): string {
  return blocks
    .map((block) => thinkingBlock.safeParse(block).data?.thinking ?? "")
    .join("\n\n")
    .trim();
}
