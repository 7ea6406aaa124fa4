import { timeInWords } from "./reset-words.ts";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** The longest limits are monthly; whatever is said to end later is a mistake. */
const LONGEST_LIMIT = 62 * DAY;

/** Where `data` may say it: claude-agent-acp's `_claude/rateLimit`, headers, and what gateways make of them. */
const AT_FIELDS = /^(resets?(at|time)?|anthropicratelimit\w*reset)$/;
const AFTER_FIELDS = /^(retryafter|resets?(in|after))(seconds|secs?)?$/;
const AFTER_MS_FIELDS = /^(retryafter|retrydelay|resets?(in|after))ms$/;
const DEEPEST = 4;

/**
 * When a limit is over: from the fields of `data`, else from the words. Undefined where neither tells, or what they
 * tell is no time to come. A time of day without a zone is the Gateway's own, which its Claude Code runs in as well.
 */
export function resetTimeOf(
  said: { data: unknown; words: string; timeZone?: string },
  now: Date,
): Date | undefined {
  const { data, words, timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = said;
  const at = timeInFields(data, now) ?? timeInWords(words, { now, timeZone });
  if (at === undefined || Number.isNaN(at) || at <= now.getTime()) return undefined;
  return at - now.getTime() > LONGEST_LIMIT ? undefined : new Date(at);
}

/** A sentence that is right in every time zone. */
export function sentenceOfReset(resetAt: Date, now: Date): string {
  const minutes = Math.ceil(resetAt.getTime() / (60 * SECOND));
  const minute = new Date(minutes * 60 * SECOND).toISOString().slice(0, 16).replace("T", " ");
  return `It resets at ${minute} UTC (in ${spanInWords(resetAt.getTime() - now.getTime())}).`;
}

function spanInWords(span: number): string {
  const minutes = Math.max(1, Math.ceil(span / (60 * SECOND)));
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor(minutes / 60) % 24, "h"],
    [minutes % 60, "min"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

/** Epoch milliseconds, or undefined. Depth and order of the fields do not matter, only their names. */
function timeInFields(value: unknown, now: Date, depth = 0): number | undefined {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return undefined;
  const fields = Object.entries(value);
  for (const [name, field] of fields) {
    const at = timeInField(name.toLowerCase().replaceAll(/[^a-z]/g, ""), field, now);
    if (at !== undefined) return at;
  }
  for (const [, field] of fields) {
    const at = timeInFields(field, now, depth + 1);
    if (at !== undefined) return at;
  }
  return undefined;
}

function timeInField(name: string, field: unknown, now: Date): number | undefined {
  const amount = numberOf(field);
  if (AFTER_MS_FIELDS.test(name) && amount !== undefined) return now.getTime() + amount;
  if (!AT_FIELDS.test(name) && !AFTER_FIELDS.test(name)) return undefined;
  // `Retry-After` may be a date, and gateways have been seen to call seconds "reset".
  if (amount === undefined) return typeof field === "string" ? dateOf(field) : undefined;
  return amount < 1e9 ? now.getTime() + amount * SECOND : epochOf(amount);
}

function numberOf(field: unknown): number | undefined {
  if (typeof field === "number") return Number.isFinite(field) && field > 0 ? field : undefined;
  return typeof field === "string" && /^\d+(\.\d+)?$/.test(field) ? numberOf(Number(field)) : undefined;
}

function dateOf(field: string): number | undefined {
  const at = Date.parse(field);
  return Number.isNaN(at) ? undefined : at;
}

function epochOf(amount: number): number {
  return amount < 1e11 ? amount * SECOND : amount;
}
