import type { CallToolResult } from "@modelcontextprotocol/server";
import type { OfferedContent, OfferedResult } from "./offered-tools.ts";

/** Characters of all text together; Claude Code itself takes less, and puts longer results into a file. */
const TEXT_LIMIT = 200_000;
/** Base64 characters of all images together: as much as Claude's API takes for one. */
const IMAGE_LIMIT = 7_000_000;

/** A tool's result for the wire: what is too long is cut, and what was cut is said. */
export function bounded({ content, structured, isError }: OfferedResult): CallToolResult {
  let text = TEXT_LIMIT;
  let images = IMAGE_LIMIT;
  const kept = content.map((part): OfferedContent => {
    if (part.type === "image") {
      images -= part.data.length;
      return images < 0 ? note("An image was left out: it is too large.") : part;
    }
    const shown = part.text.slice(0, text).toWellFormed();
    const missing = part.text.length - shown.length;
    text -= shown.length;
    return missing === 0 ? part : note(`${shown}\n[${missing} more characters were left out]`);
  });
  const fits = structured !== undefined && JSON.stringify(structured).length <= TEXT_LIMIT;
  return {
    content: kept.length === 0 ? [note("(nothing)")] : kept,
    ...(fits ? { structuredContent: structured } : {}),
    ...(isError ? { isError } : {}),
  };
}

function note(text: string): OfferedContent {
  return { type: "text", text };
}
