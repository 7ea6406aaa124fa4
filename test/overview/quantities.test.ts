import { describe, expect, it } from "vitest";
import { ago, durationText } from "../../src/overview/quantities.ts";

describe("ago", () => {
  it.each([
    ["2026-01-02T00:00:00Z", "0 s ago"],
    ["2026-01-02T00:00:10Z", "0 s ago"],
    ["2026-01-01T23:59:01Z", "59 s ago"],
    ["2026-01-01T23:59:00Z", "1 min ago"],
    ["2026-01-01T23:00:00Z", "1 h ago"],
    ["2026-01-01T00:00:00Z", "1 d ago"],
    ["2025-11-01T00:00:00Z", "62 d ago"],
  ])("says of %s: %s", (timestamp, expected) => {
    expect(ago(timestamp, new Date("2026-01-02T00:00:00Z"))).toBe(expected);
  });
});

describe("durationText", () => {
  it("says how long, in whole units, and never less than nothing", () => {
    expect([-5_000, 0, 59_400, 60_000, 7_300_000].map(durationText)).toEqual([
      "0 s",
      "0 s",
      "59 s",
      "1 min",
      "2 h",
    ]);
  });
});
