import { describe, expect, it } from "vitest";
import { budgetUses, hasLimitIn, usedUpOf, type BudgetUse } from "../../../src/contractor/spending/budget.ts";
import { budgetExceeded, usedOf } from "../../../src/contractor/spending/budget-words.ts";

const CLOCK = {
  now: new Date("2026-01-01T20:48:00.000Z"),
  nextDay: new Date("2026-01-02T00:00:00.000Z"),
  timeZone: "UTC",
};

const told = (use: BudgetUse): string => budgetExceeded(use, { agentId: "dev", clock: CLOCK }).toParagraph();

describe("a budget", () => {
  const budget = { turn: { usd: 1 }, session: { tokens: 100 }, day: { usd: 5, tokens: 500 } };

  it("has a limit for each amount that is given, and none for the others", () => {
    const spent = {
      session: { usd: 9, tokens: 99 },
      day: { usd: 5, tokens: 0 },
      agent: { usd: 99, tokens: 99 },
    };
    expect(budgetUses(budget, spent)).toEqual([
      { scope: "session", unit: "tokens", limit: 100, used: 99 },
      { scope: "day", unit: "usd", limit: 5, used: 5 },
      { scope: "day", unit: "tokens", limit: 500, used: 0 },
    ]);
    expect(hasLimitIn(budget, "usd")).toBe(true);
    expect(hasLimitIn({ session: { tokens: 100 } }, "usd")).toBe(false);
  });

  it("is used up when all of it is used, and names the limit that renews last", () => {
    const use = (scope: BudgetUse["scope"], used: number): BudgetUse => ({
      scope,
      unit: "usd",
      limit: 5,
      used,
    });
    expect(usedUpOf([use("session", 4.999999), use("day", 0)])).toBeUndefined();
    expect(usedUpOf([use("session", 5), use("day", 5.01), use("agent", 4)])).toEqual(use("day", 5.01));
  });
});

describe("a budget that is used up", () => {
  it.each<[BudgetUse, string]>([
    [
      { scope: "day", unit: "usd", limit: 5, used: 5.02 },
      "The budget of dev for today is used up: $5.02 of $5.00. It renews at 2026-01-02 00:00 (in 3 h 12 min).",
    ],
    [
      { scope: "session", unit: "tokens", limit: 200_000, used: 200_100 },
      "The budget of dev for this conversation is used up: 200,100 of 200,000 tokens. Send /new to begin a new conversation, or raise it with `openclaw contractor-agents budget set dev --session-tokens …`.",
    ],
    [
      { scope: "agent", unit: "usd", limit: 0.05, used: 0.0512 },
      "The budget of dev as a whole is used up: $0.0512 of $0.0500. Raise it with `openclaw contractor-agents budget set dev --agent-usd …`, or begin anew with `openclaw contractor-agents budget reset dev`.",
    ],
    [
      { scope: "turn", unit: "usd", limit: 0.5, used: 0.6 },
      "The budget of dev for one turn is used up: $0.60 of $0.50. Ask for smaller steps, or raise it with `openclaw contractor-agents budget set dev --turn-usd …`.",
    ],
  ])("says how much, of how much, and what renews it", (use, words) => {
    expect(told(use)).toBe(words);
  });

  it("has a time of its reset where time resets it", () => {
    const use: BudgetUse = { scope: "day", unit: "usd", limit: 5, used: 5 };
    const options = { agentId: "dev", clock: CLOCK };
    expect(budgetExceeded(use, options)).toMatchObject({ resetAt: CLOCK.nextDay, retryable: false });
    expect(budgetExceeded({ ...use, scope: "agent" }, options).resetAt).toBeUndefined();
  });

  it("is written in whole cents and with marks between thousands", () => {
    expect(usedOf({ unit: "usd", used: 0, limit: 20 })).toBe("$0.00 of $20.00");
    expect(usedOf({ unit: "tokens", used: 1_234_567, limit: 2_000_000 })).toBe(
      "1,234,567 of 2,000,000 tokens",
    );
  });
});
