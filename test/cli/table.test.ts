import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { renderFacts, renderTable } from "../../src/cli/table.ts";

describe("renderTable", () => {
  it("aligns its columns, and leaves no space at the end of a line", () => {
    const table = renderTable(
      ["A", "LONG HEADER", "C"],
      [
        ["first", "x", "y"],
        ["2", "a longer cell", ""],
      ],
    );
    expect(stripVTControlCharacters(table)).toBe(
      ["A      LONG HEADER    C", "first  x              y", "2      a longer cell"].join("\n"),
    );
  });

  it("lets no cell break a line or move the cursor", () => {
    const [, row] = renderTable(["KEY", "B"], [["a\nb\u001b[2J\u009b1Ac\r", "x"]]).split("\n");
    expect(row).toBe("abc  x");
  });
});

describe("renderFacts", () => {
  it("aligns the values", () => {
    const facts = renderFacts([
      ["a", "1"],
      ["long", "2"],
    ]);
    expect(stripVTControlCharacters(facts)).toBe("  a     1\n  long  2");
  });
});
