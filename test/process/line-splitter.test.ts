import { expect, it } from "vitest";
import { createLineSplitter } from "../../src/process/line-splitter.ts";

function lines(...chunks: string[]): string[] {
  const seen: string[] = [];
  const splitter = createLineSplitter((line) => seen.push(line));
  chunks.forEach(splitter.append);
  splitter.flush();
  return seen;
}

it("finds lines however they are cut", () => {
  expect(lines("one\ntw", "o\r\n\nthr", "ee")).toEqual(["one", "two", "", "three"]);
  expect(lines("one\n")).toEqual(["one"]);
  expect(lines()).toEqual([]);
});

it("cuts a line that never ends", () => {
  expect(lines("x".repeat(70_000), "y\n")).toEqual([`${"x".repeat(65_536)}y`]);
});
