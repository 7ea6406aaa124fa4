import type { BudgetRow } from "../contractor/spending/budget-report.ts";
import { amountIn, usedOf } from "../contractor/spending/budget-words.ts";
import { renderTable } from "./table.ts";

/** A table of all limits, when there are any. */
export function budgetTable(contractors: { agentId: string; budget: BudgetRow[] }[]): string[] {
  const cells = contractors.flatMap(({ agentId, budget }) =>
    budget.map((row) => [agentId, row.scope, usedText(row), row.renews]),
  );
  return cells.length === 0 ? [] : [renderTable(["AGENT", "BUDGET", "USED", "RENEWS"], cells)];
}

function usedText({ scope, unit, limit, used }: BudgetRow): string {
  if (used === null) return amountIn(unit, limit);
  const words = usedOf({ unit, limit, used });
  return scope === "session" ? `${words} at most` : words;
}
