import { describe, expect, it } from "vitest";
import { clockTimeOf, dayOf, nextDayBegins } from "../../../src/contractor/spending/local-day.ts";

describe("a day", () => {
  it.each([
    ["UTC", "2026-01-01T23:59:59.999Z", "2026-01-01"],
    ["UTC", "2026-01-02T00:00:00.000Z", "2026-01-02"],
    ["Europe/Berlin", "2026-01-01T22:59:59.000Z", "2026-01-01"],
    ["Europe/Berlin", "2026-01-01T23:00:00.000Z", "2026-01-02"],
    ["America/Los_Angeles", "2026-01-02T07:59:00.000Z", "2026-01-01"],
    ["Asia/Kathmandu", "2026-12-31T18:15:00.000Z", "2027-01-01"],
  ])("is the one of the clock on the wall in %s at %s", (timeZone, instant, day) => {
    expect(dayOf(new Date(instant), timeZone)).toBe(day);
  });

  it.each([
    ["UTC", "2026-01-01T20:48:00.000Z", "2026-01-02T00:00:00.000Z"],
    ["at midnight itself, UTC", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"],
    ["at the end of a year, UTC", "2026-12-31T12:00:00.000Z", "2027-01-01T00:00:00.000Z"],
    // 23 hours long, 25 hours long.
    ["Europe/Berlin", "2026-03-29T00:30:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["Europe/Berlin", "2026-10-25T00:30:00.000Z", "2026-10-25T23:00:00.000Z"],
    // Its summer time begins at midnight: that night has no 00:00.
    ["America/Santiago", "2026-09-05T20:00:00.000Z", "2026-09-06T04:00:00.000Z"],
    // Its summer time ends at midnight: that night has two 23:30.
    ["America/Santiago", "2026-04-04T20:00:00.000Z", "2026-04-05T04:00:00.000Z"],
  ])("ends when the next one begins: %s, %s", (place, instant, next) => {
    const timeZone = place.split(" ").at(-1) ?? "";
    const begins = nextDayBegins(new Date(instant), timeZone);
    expect(begins.toISOString()).toBe(next);
    expect(dayOf(begins, timeZone)).not.toBe(dayOf(new Date(instant), timeZone));
    expect(dayOf(new Date(begins.getTime() - 1), timeZone)).toBe(dayOf(new Date(instant), timeZone));
  });

  it("is shown with its time as a clock there shows it", () => {
    expect(clockTimeOf(new Date("2026-01-01T23:05:00.000Z"), "Europe/Berlin")).toBe("2026-01-02 00:05");
  });
});
