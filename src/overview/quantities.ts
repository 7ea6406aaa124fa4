import { amountIn } from "../contractor/spending/budget-words.ts";

const NOTHING = "-";

/** "1 turn", "2 turns". */
export function countOf(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** "$0.42"; a dash where nobody knows. */
export function costText(usd: number | null): string {
  if (usd === null) return NOTHING;
  return usd === 0 ? "$0" : amountIn("usd", usd);
}

/** "950", "1.2k", "200k", "1.5M" tokens. */
export function tokensText(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  const [size, unit] = tokens < 999_500 ? [1_000, "k"] : [1_000_000, "M"];
  const amount = tokens / size;
  return `${amount < 9.95 ? amount.toFixed(1).replace(/\.0$/, "") : Math.round(amount)}${unit}`;
}

/** "45% of 200k", or the tokens alone where it is not known how many fit. */
export function contextText(context: { contextTokens: number | null; contextWindow: number | null }): string {
  const { contextTokens: tokens, contextWindow: window } = context;
  if (tokens === null) return NOTHING;
  return window === null
    ? tokensText(tokens)
    : `${Math.round((tokens / window) * 100)}% of ${tokensText(window)}`;
}

const UNITS: [limit: number, size: number, name: string][] = [
  [60, 1, "s"],
  [3_600, 60, "min"],
  [86_400, 3_600, "h"],
  [Infinity, 86_400, "d"],
];

/** "5 min ago" for an ISO timestamp. */
export function ago(timestamp: string, now: Date): string {
  return `${durationText(now.getTime() - Date.parse(timestamp))} ago`;
}

/** "12 s", "5 min"; never less than nothing. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [, size, name] = UNITS.find(([limit]) => seconds < limit) ?? [Infinity, 1, "s"];
  return `${Math.floor(seconds / size)} ${name}`;
}
