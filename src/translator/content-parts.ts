import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from "@ai-sdk/provider";
import type { ContentBlock } from "./messages-request.ts";

type SpokenPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

/** The text, images and documents of a user message; what Chat Completions knows nothing of is left out. */
export function spokenParts(blocks: ContentBlock[]): SpokenPart[] {
  return blocks.flatMap((block) => partOf(block) ?? []);
}

function partOf(block: ContentBlock): SpokenPart | undefined {
  const text = block.type === "text" ? block.text : documentText(block);
  if (text === undefined) return filePart(block);
  return text === "" ? undefined : { type: "text", text };
}

/** An image, or a document that is no plain text. */
export function filePart({ type, source }: ContentBlock): LanguageModelV4FilePart | undefined {
  if ((type !== "image" && type !== "document") || source === undefined) return undefined;
  const { media_type: mediaType = type === "image" ? "image/png" : "application/pdf", data, url } = source;
  if (source.type === "base64" && data !== undefined) {
    return { type: "file", mediaType, data: { type: "data", data } };
  }
  if (source.type === "url" && type === "image" && url !== undefined && URL.canParse(url)) {
    return { type: "file", mediaType: "image", data: { type: "url", url: new URL(url) } };
  }
  return undefined;
}

/** Of a document with words of its own; the address of one that Anthropic would fetch. */
export function documentText({ type, source }: ContentBlock): string | undefined {
  if (type !== "document" || source === undefined) return undefined;
  if (source.type === "text") return source.data ?? "";
  return source.type === "url" ? `[Document: ${source.url ?? ""}]` : undefined;
}
