import { stripVTControlCharacters } from "node:util";

/** Text between tags of that name, which it cannot close. */
export function tagged(tag: string, text: string): string {
  return `<${tag}>\n${harmlessWithin(tag, text)}\n</${tag}>`;
}

/** Text that may stand between tags of that name: it cannot close them, and has no control characters. */
export function harmlessWithin(tag: string, text: string): string {
  return withoutControlCharacters(text)
    .toWellFormed()
    .replaceAll(new RegExp(`<([\\s/]*)(${tag})`, "gi"), "<$1_$2");
}

/** Drops ANSI sequences and every control character but tab and newline. */
export function withoutControlCharacters(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?![\t\n])\p{Cc}/gu, "");
}
