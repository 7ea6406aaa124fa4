import { instantOf, wallClockOf } from "../../errors/wall-clock.ts";

/** The date that a calendar on the wall shows, as `YYYY-MM-DD`. */
export function dayOf(instant: Date, timeZone: string): string {
  const { year, month, day } = wallClockOf(instant, timeZone);
  return [year, twoDigits(month), twoDigits(day)].join("-");
}

/** When the next day begins there: at midnight, or where summer time skips it, with the first minute after. */
export function nextDayBegins(instant: Date, timeZone: string): Date {
  const { year, month, day } = wallClockOf(instant, timeZone);
  const midnight = instantOf({ year, month, day: day + 1, hour: 0, minute: 0 }, timeZone);
  // A midnight that there is not is taken for an hour before the gap or after it.
  const today = dayOf(instant, timeZone);
  return new Date(dayOf(new Date(midnight), timeZone) === today ? midnight + HOUR_MS : midnight);
}

/** `YYYY-MM-DD HH:MM` on that clock. */
export function clockTimeOf(instant: Date, timeZone: string): string {
  const { hour, minute } = wallClockOf(instant, timeZone);
  return `${dayOf(instant, timeZone)} ${twoDigits(hour)}:${twoDigits(minute)}`;
}

const HOUR_MS = 3_600_000;

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
