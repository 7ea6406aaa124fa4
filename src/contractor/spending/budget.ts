import type { BudgetConfig, BudgetScope, BudgetUnit } from "../../config/schema.ts";
import type { Amount } from "./amount.ts";

/** From the shortest to the one that never renews by itself. */
export const BUDGET_SCOPES = ["turn", "session", "day", "agent"] as const satisfies readonly BudgetScope[];
export const BUDGET_UNITS = ["usd", "tokens"] as const satisfies readonly BudgetUnit[];

/** One limit and how much of it is used. */
export type BudgetUse = { scope: BudgetScope; unit: BudgetUnit; limit: number; used: number };

/** Every limit of the budget for which it is known what was used. */
export function budgetUses(budget: BudgetConfig, spent: Partial<Record<BudgetScope, Amount>>): BudgetUse[] {
  return BUDGET_SCOPES.flatMap((scope) =>
    BUDGET_UNITS.flatMap((unit) => {
      const limit = budget[scope]?.[unit];
      const amount = spent[scope];
      return limit === undefined || amount === undefined ? [] : [{ scope, unit, limit, used: amount[unit] }];
    }),
  );
}

/** Of those that are used up the one that renews last: what is said of an earlier one would be no help. */
export function usedUpOf(uses: BudgetUse[]): BudgetUse | undefined {
  return uses.findLast(({ used, limit }) => used >= limit);
}

export function hasLimitIn(budget: BudgetConfig, unit: BudgetUnit): boolean {
  return BUDGET_SCOPES.some((scope) => budget[scope]?.[unit] !== undefined);
}
