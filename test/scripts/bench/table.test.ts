import { describe, expect, it } from "vitest";
import { createFigures } from "../../../scripts/bench/gateway/figures.ts";
import { describeGateway } from "../../../scripts/bench/table.ts";

describe("describeGateway", () => {
  it("shows the median and what lies around it, a single value alone, and what was not measured as such", () => {
    const figures = createFigures();
    for (const value of [400, 500, 450]) {
      figures.add({ name: "warm turn", unit: "ms" }, "claude-cli", value);
    }
    figures.add({ name: "growth", unit: "MB", digits: 2 }, "bare claude-code-acp", 1.239);
    figures.add({ name: "warm turn", unit: "ms" }, "claude-agent-acp", 120);
    const lines = describeGateway(figures.rows)
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()));
    expect(lines[0]).toEqual([
      ...["", "", "unit", "claude-cli", "claude-agent-acp", "claude-code-acp"],
      ...["bare claude-agent-acp", "bare claude-code-acp", ""],
    ]);
    expect(lines[2]).toEqual(["", "warm turn", "ms", "450 (  400 -   500)", "120", "-", "-", "-", ""]);
    expect(lines[3]).toEqual(["", "growth", "MB", "-", "-", "-", "-", "1.24", ""]);
  });
});
