import type { z } from "zod";

/**
 * The value that words of a command line stand for: the first reading that the schema takes, of text, number, true or
 * false, JSON, and a list with commas between (`none` is an empty one). What is wrong, as one clause, when it takes none.
 */
export function readValue(schema: z.ZodType, words: string): { value: unknown } | { problem: string } {
  const readings = readingsOf(words);
  const results = readings.map((reading) => ({ reading, parsed: schema.safeParse(reading) }));
  const taken = results.find(({ parsed }) => parsed.success);
  if (taken !== undefined) return { value: taken.reading };
  const issues = results.map(({ parsed }) => parsed.error?.issues ?? []);
  // "A number was expected" is said of the text; what is said of the number is the reason.
  const best = issues.find(([issue]) => issue?.code !== "invalid_type" && issue?.code !== "invalid_union");
  const [issue] = best ?? issues[0] ?? [];
  return { problem: issue === undefined ? "it is not a value" : issueText(issue) };
}

function issueText({ message, path }: z.core.$ZodIssue): string {
  const words = `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  return path.length === 0 ? words : `${words} (${path.join(".")})`;
}

function readingsOf(words: string): unknown[] {
  const number = words.trim() === "" ? NaN : Number(words);
  const list = words === "none" ? [] : words.split(",").map((item) => item.trim());
  return [
    words,
    ...(Number.isFinite(number) ? [number] : []),
    ...(words === "true" || words === "false" ? [words === "true"] : []),
    ...jsonIn(words),
    list,
  ];
}

function jsonIn(words: string): unknown[] {
  if (!/^\s*[[{]/.test(words)) return [];
  try {
    return [JSON.parse(words)];
  } catch {
    return [];
  }
}
