import { describe, expect, it } from "vitest";
import { medianOf, slopeOf } from "../../../scripts/bench/statistics.ts";

describe("medianOf", () => {
  it("is the middle one, or the mean of the two in the middle, in whatever order they come", () => {
    expect(medianOf([30, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 100, 2])).toBe(3);
    expect(medianOf([7])).toBe(7);
  });

  it("is no number where there is none", () => {
    expect(medianOf([])).toBeNaN();
  });
});

describe("slopeOf", () => {
  it("is what y grows by on the line that fits best", () => {
    const line = [100, 200, 300].map((x) => ({ x, y: 5 + 0.25 * x }));
    expect(slopeOf(line)).toBeCloseTo(0.25);
    const around = [
      { x: 0, y: 1 },
      { x: 1, y: 0 },
      { x: 2, y: 1 },
      { x: 3, y: 4 },
    ];
    expect(slopeOf(around)).toBeCloseTo(1);
  });

  it("is 0 on a level line, and no number for a single place", () => {
    expect(slopeOf([1, 2, 3].map((x) => ({ x, y: 9 })))).toBe(0);
    expect(slopeOf([{ x: 3, y: 4 }])).toBeNaN();
  });
});
