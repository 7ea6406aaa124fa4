import { describe, expect, it } from "vitest";
import { failureText } from "../../src/cli/quantities.ts";
import { contextText, costText, tokensText } from "../../src/overview/quantities.ts";

describe("quantities for people", () => {
  it.each([
    [0, "0"],
    [950, "950"],
    [1_000, "1k"],
    [1_240, "1.2k"],
    [9_990, "10k"],
    [200_000, "200k"],
    [999_999, "1M"],
    [1_500_000, "1.5M"],
  ])("%d tokens are %s", (tokens, text) => {
    expect(tokensText(tokens)).toBe(text);
  });

  it("tell how full a context is, as far as that is known", () => {
    expect(contextText({ contextTokens: 90_000, contextWindow: 200_000 })).toBe("45% of 200k");
    expect(contextText({ contextTokens: 90_000, contextWindow: null })).toBe("90k");
    expect(contextText({ contextTokens: null, contextWindow: 200_000 })).toBe("-");
  });

  it("tell a cost with as many digits as it has weight", () => {
    expect([null, 0, 0.0042, 12.5].map(costText)).toEqual(["-", "$0", "$0.0042", "$12.50"]);
  });

  it("tell the last failure", () => {
    const now = new Date("2026-01-02T00:00:00.000Z");
    expect(failureText({ code: "agent-limit", at: "2026-01-01T23:55:00.000Z" }, now)).toBe(
      "agent-limit 5 min ago",
    );
    expect(failureText(null, now)).toBe("-");
  });
});
