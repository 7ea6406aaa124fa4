import { expect, it } from "vitest";
import { ownValue } from "../../src/config/own-value.ts";

it("finds what a record itself holds, and nothing that every object inherits", () => {
  const record: Record<string, number> = { dev: 1 };
  expect(ownValue(record, "dev")).toBe(1);
  for (const name of ["constructor", "toString", "__proto__", "gone"]) {
    expect(ownValue(record, name)).toBeUndefined();
  }
});
