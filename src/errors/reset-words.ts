import { instantOf, wallClockOf } from "./wall-clock.ts";

type Here = { now: Date; timeZone: string };

const UNITS: [RegExp, number][] = [
  [/^(ms|millis)/, 1],
  [/^s/, 1000],
  [/^m/, 60_000],
  [/^h/, 3_600_000],
  [/^d/, 86_400_000],
];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const LEAD = String.raw`\b(?:resets?|try again|retry|retry[- ]after|available|wait|until)\b`;
const EPOCH = /\|\s*(\d{10}|\d{13})\b/;
const ISO = new RegExp(
  String.raw`${LEAD}[^\d]{0,24}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?`,
  "i",
);
const SPAN = new RegExp(
  String.raw`${LEAD}[^\d.|]{0,24}((?:\d+(?:\.\d+)?\s*(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])[\s,]*(?:and\s+)?)+)`,
  "i",
);
const BARE_SECONDS = /\bretry[- ]after(-ms)?\b["':= ]{1,5}(\d+)\b/i;
const CLOCK = new RegExp(
  String.raw`\b(?:resets?|try again|available|until)\b(?:\s+(?:on|at))?[\s:]*` +
    String.raw`(?:(?<month>[A-Z][a-z]{2})[a-z]*\.?\s+(?<day>\d{1,2})(?:st|nd|rd|th)?,?(?:\s+at)?\s+)?` +
    String.raw`(?:(?<weekday>Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]*,?(?:\s+at)?\s+)?` +
    String.raw`(?<hour>\d{1,2})(?::(?<minute>\d\d))?\s*(?<half>am|pm)?\b(?:\s*\((?<zone>[\w/+-]+)\)|\s+(?<utc>UTC|GMT)\b)?`,
  "i",
);

/**
 * The time at which a limit is over, as Claude Code's and the API's sentences tell it, in epoch milliseconds:
 * "usage limit reached|1762000000", "retry after 3600", "try again in 5 minutes", "resets at 2026-11-21 17:00",
 * "resets 3pm (Europe/Berlin)", "resets Nov 24 at 9:30am".
 */
export function timeInWords(words: string, here: Here): number | undefined {
  const epoch = EPOCH.exec(words)?.[1];
  if (epoch !== undefined) return Number(epoch.padEnd(13, "0"));
  return (
    isoTime(words) ?? spanTime(words, here.now) ?? bareSeconds(words, here.now) ?? clockTime(words, here)
  );
}

function isoTime(words: string): number | undefined {
  const [, time, zone = "Z"] = ISO.exec(words) ?? [];
  if (time === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? zone : "Z";
  return Date.parse(`${time.replace(" ", "T")}${offset}`);
}

function spanTime(words: string, now: Date): number | undefined {
  const span = SPAN.exec(words)?.[1];
  if (span === undefined) return undefined;
  let total = 0;
  for (const [, count, unit = ""] of span.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    total += Number(count) * (UNITS.find(([name]) => name.test(unit.toLowerCase()))?.[1] ?? 0);
  }
  return total > 0 ? now.getTime() + total : undefined;
}

function bareSeconds(words: string, now: Date): number | undefined {
  const [, inMs, count] = BARE_SECONDS.exec(words) ?? [];
  if (count === undefined) return undefined;
  return now.getTime() + Number(count) * (inMs === undefined ? 1000 : 1);
}

function clockTime(words: string, { now, timeZone }: Here): number | undefined {
  const groups = CLOCK.exec(words)?.groups;
  if (groups === undefined) return undefined;
  const { half, minute, zone, utc } = groups;
  // "resets 3" alone is no time of day.
  if (half === undefined && minute === undefined) return undefined;
  const hour = hourOf(Number(groups["hour"]), half?.toLowerCase());
  const day = dayOf(groups);
  if (day === undefined || hour === undefined || Number(minute ?? 0) > 59) return undefined;
  const zoneName = utc === undefined ? (knownZone(zone) ?? timeZone) : "UTC";
  return nextAt({ ...day, hour, minute: Number(minute ?? 0) }, { now, timeZone: zoneName });
}

type Wanted = { month?: number; day?: number; weekday?: number; hour: number; minute: number };

/** The first such time that is still to come. */
function nextAt({ month, day, weekday, hour, minute }: Wanted, { now, timeZone }: Here): number | undefined {
  const today = wallClockOf(now, timeZone);
  const time = { hour, minute };
  if (month !== undefined && day !== undefined) {
    const candidates = [today.year, today.year + 1].map((year) =>
      instantOf({ year, month, day, ...time }, timeZone),
    );
    return candidates.find((at) => at > now.getTime());
  }
  const aheadOfWeekday = weekday === undefined ? 0 : (weekday - today.weekday + 7) % 7;
  const step = weekday === undefined ? 1 : 7;
  return [aheadOfWeekday, aheadOfWeekday + step]
    .map((ahead) => instantOf({ ...today, day: today.day + ahead, ...time }, timeZone))
    .find((at) => at > now.getTime());
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour > 23 ? undefined : hour;
  return hour > 12 ? undefined : (hour % 12) + (half === "pm" ? 12 : 0);
}

/** Undefined for the day of a month that there is not. */
function dayOf({ month, day, weekday }: Record<string, string | undefined>): Partial<Wanted> | undefined {
  if (month !== undefined) {
    const named = MONTHS.indexOf(month.toLowerCase());
    return named < 0 ? undefined : { month: named + 1, day: Number(day) };
  }
  return weekday === undefined ? {} : { weekday: WEEKDAYS.indexOf(weekday.slice(0, 3).toLowerCase()) };
}

function knownZone(zone: string | undefined): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
