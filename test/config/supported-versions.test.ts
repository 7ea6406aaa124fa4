import { describe, expect, it } from "vitest";
import { fitsRange, SUPPORTED } from "../../src/config/supported-versions.ts";

describe("fitsRange", () => {
  it.each(["24.16.0", "v24.99.1", "26.1.0", "27.0.0"])("takes Node %s", (version) => {
    expect(fitsRange(version, SUPPORTED.node)).toBe(true);
  });

  it.each(["18.0.0", "24.15.9", "25.0.0", "26.0.9"])("refuses Node %s", (version) => {
    expect(fitsRange(version, SUPPORTED.node)).toBe(false);
  });

  it.each([
    ["2026.9.6", true],
    ["2026.9.7-beta.1", true],
    ["2026.10.0", false],
    ["2026.9.5", false],
  ])("judges OpenClaw %s", (version, expected) => {
    expect(fitsRange(version, SUPPORTED.openclaw)).toBe(expected);
  });

  it.each([
    ["dev", ">=24"],
    ["24.0.0", "^24.0.0"],
    ["24.0.0", ""],
  ])("judges nothing that it cannot read: %s in %j", (version, range) => {
    expect(fitsRange(version, range)).toBeUndefined();
  });
});
