import { parse } from "node:path";

const LENGTH_LIMIT = 100;
const EXTENSION_LIMIT = 16;
/** Claude Code reads such files by itself, as instructions, wherever it comes across them. */
const READ_AS_INSTRUCTIONS = /^(?:claude(?:\.local)?|agents)\.md$/i;

/** What is left of a name that a sender chose: one harmless part of a path, never empty, never hidden. */
export function safeFileName(name: string): string {
  const last = name.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const harmless = last
    .replaceAll(/[^\p{L}\p{M}\p{N} ._()+@,=~-]/gu, "_")
    .replace(/^[\s._~-]+/, "")
    .trimEnd();
  const { name: stem, ext } = parse(harmless);
  const extension = ext.slice(0, EXTENSION_LIMIT);
  const short = `${cut(stem, LENGTH_LIMIT - extension.length)}${extension}`;
  if (short === "" || stem === "") return "file";
  return READ_AS_INSTRUCTIONS.test(short) ? `sent-${short}` : short;
}

/** The name itself, or with a number where it is taken; some file systems hold capitals for nothing. */
export function uniqueFileName(name: string, used: Set<string>): string {
  const { name: stem, ext } = parse(name);
  let unique = name;
  for (let number = 2; used.has(unique.toLowerCase()); number += 1) unique = `${stem}-${number}${ext}`;
  used.add(unique.toLowerCase());
  return unique;
}

/** Never through a character. File systems count bytes, and none of them allows more than 255. */
function cut(text: string, limit: number): string {
  let bytes = 0;
  let kept = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > 2 * limit || kept.length >= limit) break;
    kept += character;
  }
  return kept;
}
