import { stripVTControlCharacters } from "node:util";

/**
 * Somebody else's text as a person can judge it: no ANSI sequences, no control characters but tab and newline, and
 * nothing invisible, which could make a command read as another one (direction marks, zero-width characters, tags).
 */
export function plainText(text: string, limit: number): string {
  const visible = stripVTControlCharacters(text)
    .toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replaceAll(/(?![\t\n])\p{Cc}|\p{Cf}|[\u115f\u1160\u3164\uffa0]/gu, "");
  return cut(visible.trim(), limit);
}

/** The same in one line. */
export function plainLine(text: string, limit: number): string {
  return cut(plainText(text, Infinity).replaceAll(/\s+/g, " "), limit);
}

/** What is at the end of a long command matters as much as its beginning: the middle goes. */
export function withoutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor((limit - 60) / 2);
  const mark = `\n[… ${text.length - 2 * half} characters are not shown …]\n`;
  return `${text.slice(0, half)}${mark}${text.slice(-half)}`.toWellFormed();
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`.toWellFormed();
}
