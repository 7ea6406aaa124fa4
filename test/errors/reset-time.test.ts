import { describe, expect, it } from "vitest";
import { resetTimeOf, sentenceOfReset } from "../../src/errors/reset-time.ts";

/** A Saturday. */
const NOW = new Date("2026-11-21T15:00:00Z");
const HALF_PAST = "2026-11-21T15:30:00.000Z";

function inData(data: unknown): string | undefined {
  return resetTimeOf({ data, words: "" }, NOW)?.toISOString();
}

function inWords(words: string, timeZone = "UTC"): string | undefined {
  return resetTimeOf({ data: {}, words, timeZone }, NOW)?.toISOString();
}

const EPOCH = Date.parse(HALF_PAST) / 1000;

describe("the fields of an error", () => {
  it.each<[unknown]>([
    [{ resetsAt: EPOCH }],
    [{ resets_at: EPOCH * 1000 }],
    [{ resetAt: HALF_PAST }],
    [{ reset_at: String(EPOCH) }],
    [{ reset: EPOCH }],
    [{ resetTime: HALF_PAST }],
    [{ retryAfter: 1800 }],
    [{ retry_after: "1800" }],
    [{ "retry-after": "Sat, 21 Nov 2026 15:30:00 GMT" }],
    [{ retryAfterMs: 1_800_000 }],
    [{ retryAfterSeconds: 1800 }],
    [{ retry_delay_ms: 1_800_000 }],
    [{ resetsIn: 1800 }],
    [{ headers: { "anthropic-ratelimit-unified-reset": String(EPOCH) } }],
    [{ _meta: { "_claude/rateLimit": { status: "rejected", resetsAt: EPOCH } } }],
  ])("tell when it is over: %j", (data) => {
    expect(inData(data)).toBe(HALF_PAST);
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    ["resetsAt"],
    [{}],
    [{ resetsAt: null }],
    [{ resetsAt: "soon" }],
    [{ resetsAt: -1 }],
    [{ resetsAt: Number.NaN }],
    [{ presetAt: EPOCH }],
    [{ resetsAt: EPOCH - 3600 }],
    [{ resetsAt: EPOCH + 100 * 86_400 }],
    [{ retryAfter: 0 }],
    [{ a: { b: { c: { d: { e: { resetsAt: EPOCH } } } } } }],
  ])("tell nothing: %j", (data) => {
    expect(inData(data)).toBeUndefined();
  });

  it("count before the words, and the nearest before those below", () => {
    const words = "resets in 5 minutes";
    expect(resetTimeOf({ data: { retryAfter: 1800 }, words }, NOW)?.toISOString()).toBe(HALF_PAST);
    expect(inData({ nested: { retryAfter: 60 }, resetsAt: EPOCH })).toBe(HALF_PAST);
  });
});

describe("the words of an error", () => {
  it.each([
    [`Claude AI usage limit reached|${EPOCH}`, HALF_PAST],
    [`limit reached|${EPOCH * 1000}`, HALF_PAST],
    ["resets at 2026-11-21T15:30:00Z", HALF_PAST],
    ["Your limit resets at 2026-11-21 15:30", HALF_PAST],
    ["resets at 2026-11-21 15:30 UTC", HALF_PAST],
    ["until 2026-11-21T17:30:00.000+02:00", HALF_PAST],
    ["429 retry after 1800", HALF_PAST],
    ["429 (retry-after: 1800)", HALF_PAST],
    ["429 retry-after-ms: 1800000", HALF_PAST],
    ["Please retry after 1800 seconds.", HALF_PAST],
    ["Try again in 30 minutes.", HALF_PAST],
    ["Try again in 30m", HALF_PAST],
    ["resets in 0.5 hours", HALF_PAST],
    ["Please wait 29 minutes and 60 seconds", HALF_PAST],
    ["available again in 1h 30m", "2026-11-21T16:30:00.000Z"],
    ["resets in 2 days, 1 hour", "2026-11-23T16:00:00.000Z"],
    ["retry after 500 ms", "2026-11-21T15:00:00.500Z"],
    ["You've hit your limit · resets 5pm", "2026-11-21T17:00:00.000Z"],
    ["resets 3pm", "2026-11-22T15:00:00.000Z"],
    ["resets at 12am", "2026-11-22T00:00:00.000Z"],
    ["resets at 12pm", "2026-11-22T12:00:00.000Z"],
    ["resets 15:30", HALF_PAST],
    ["resets 3:30pm (UTC)", HALF_PAST],
    ["resets 4:30pm (Europe/Berlin)", HALF_PAST],
    ["resets 7:30am PST (America/Nowhere)", "2026-11-22T07:30:00.000Z"],
    ["resets 10:30am (America/New_York)", HALF_PAST],
    ["resets Nov 24 at 9:30am", "2026-11-24T09:30:00.000Z"],
    ["resets Nov 24, 9am (America/New_York)", "2026-11-24T14:00:00.000Z"],
    ["resets Jan 2 at 9am", "2027-01-02T09:00:00.000Z"],
    ["resets on Monday at 9am", "2026-11-23T09:00:00.000Z"],
    ["resets Sat 9am", "2026-11-28T09:00:00.000Z"],
    ["resets Sat 4pm", "2026-11-21T16:00:00.000Z"],
  ])("tell when it is over: %j", (words, expected) => {
    expect(inWords(words)).toBe(expected);
  });

  it.each([
    "",
    "Rate limited",
    "resets soon",
    "resets 3",
    "resets 25:00",
    "resets 3:99pm",
    "resets Foo 3 at 99pm",
    "try again later",
    "Claude AI usage limit reached|1760000000",
    "resets at 2026-13-45 99:99",
    "retry after 99999999999",
    "It took 5 minutes",
  ])("tell nothing: %j", (words) => {
    expect(inWords(words)).toBeUndefined();
  });

  it("without a zone mean the Gateway's, also where its summer time ends in between", () => {
    expect(inWords("resets 5pm", "America/New_York")).toBe("2026-11-21T22:00:00.000Z");
    const october = new Date("2026-10-24T12:00:00Z");
    const words = "resets Oct 26 at 9am";
    expect(resetTimeOf({ data: {}, words, timeZone: "Europe/Berlin" }, october)?.toISOString()).toBe(
      "2026-10-26T08:00:00.000Z",
    );
  });

  it("are read in little time, however long they are", () => {
    expect(inWords("resets in ".repeat(20_000))).toBeUndefined();
    expect(inWords(`retry ${"1 ".repeat(100_000)}`)).toBeUndefined();
  });
});

describe("the sentence", () => {
  it.each([
    ["2026-11-21T15:00:01Z", "It resets at 2026-11-21 15:01 UTC (in 1 min)."],
    ["2026-11-21T16:00:00Z", "It resets at 2026-11-21 16:00 UTC (in 1 h)."],
    ["2026-11-21T17:04:30Z", "It resets at 2026-11-21 17:05 UTC (in 2 h 5 min)."],
    ["2026-11-24T18:20:00Z", "It resets at 2026-11-24 18:20 UTC (in 3 d 3 h)."],
  ])("for %s", (resetAt, expected) => {
    expect(sentenceOfReset(new Date(resetAt), NOW)).toBe(expected);
  });
});
