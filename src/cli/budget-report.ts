import { CLI_ROOT } from "../config/identifiers.ts";
import type { BudgetConfig, BudgetScope, BudgetUnit, ContractorConfig } from "../config/schema.ts";
import { NOTHING_SPENT, type Amount } from "../contractor/spending/amount.ts";
import { budgetUses, hasLimitIn, usedUpOf, type BudgetUse } from "../contractor/spending/budget.ts";
import {
  amountIn,
  budgetExceeded,
  budgetNotEnforceable,
  renewalOf,
  usedOf,
} from "../contractor/spending/budget-words.ts";
import type { AgentSpending, SpendingClock } from "../contractor/spending/spending-ledger.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import { renderTable } from "./table.ts";

/** One limit of a contractor's budget. */
export type BudgetRow = {
  scope: BudgetScope;
  unit: BudgetUnit;
  limit: number;
  /** Of the session's limit: in the conversation that has used most. Null for a turn's, and when it is not known. */
  used: number | null;
  /** ISO timestamp; null where no time renews it. */
  renewsAt: string | null;
  /** The same for people. */
  renews: string;
};

type BudgetReport = { rows: BudgetRow[]; problems: string[] };

/** What a contractor's budget is and how much of it is used, and what of that keeps it from answering. */
export async function budgetReportOf(
  context: HostCliContext,
  { agentId, contractor }: { agentId: string; contractor: ContractorConfig },
): Promise<BudgetReport> {
  const { budget, workspace, adapter } = contractor;
  if (budget === undefined) return { rows: [], problems: [] };
  const problems: string[] = [];
  if (hasLimitIn(budget, "usd") && !context.reportsCost(adapter))
    problems.push(budgetNotEnforceable({ agentId, adapter }, "Its turns are refused.").toParagraph());
  const ledger = context.openSpending(workspace);
  const clock = ledger.clock();
  const spending = await ledger.agent(agentId).catch((cause: unknown) => {
    problems.push(unexpectedFailure(cause).toParagraph());
    return null;
  });
  if (spending !== null) problems.push(...usedUpProblems(budget, { agentId, spending, clock }));
  return { rows: rowsOf(budget, { spending, clock }), problems };
}

/** A table of all limits, when there are any. */
export function budgetTable(contractors: { agentId: string; budget: BudgetRow[] }[]): string[] {
  const cells = contractors.flatMap(({ agentId, budget }) =>
    budget.map((row) => [agentId, row.scope, usedText(row), row.renews]),
  );
  return cells.length === 0 ? [] : [renderTable(["AGENT", "BUDGET", "USED", "RENEWS"], cells)];
}

function usedUpProblems(
  budget: BudgetConfig,
  { agentId, spending, clock }: { agentId: string; spending: AgentSpending; clock: SpendingClock },
): string[] {
  const { day, agent } = spending;
  const usedUp = usedUpOf(budgetUses(budget, { day, agent }));
  return usedUp === undefined ? [] : [budgetExceeded(usedUp, { agentId, clock }).toParagraph()];
}

function rowsOf(
  budget: BudgetConfig,
  { spending, clock }: { spending: AgentSpending | null; clock: SpendingClock },
): BudgetRow[] {
  const { day = NOTHING_SPENT, agent = NOTHING_SPENT, sessions = [] } = spending ?? {};
  const spent = { turn: NOTHING_SPENT, session: highestOf(sessions), day, agent };
  return budgetUses(budget, spent).map((use) => ({
    scope: use.scope,
    unit: use.unit,
    limit: use.limit,
    used: spending === null || use.scope === "turn" ? null : use.used,
    renewsAt: use.scope === "day" ? clock.nextDay.toISOString() : null,
    renews: renewsOf(use, clock),
  }));
}

function highestOf(sessions: Amount[]): Amount {
  return {
    usd: Math.max(0, ...sessions.map(({ usd }) => usd)),
    tokens: Math.max(0, ...sessions.map(({ tokens }) => tokens)),
  };
}

function renewsOf({ scope }: BudgetUse, clock: SpendingClock): string {
  switch (scope) {
    case "turn":
      return "with each turn";
    case "session":
      return "with /new";
    case "day":
      return renewalOf(clock);
    case "agent":
      return `with \`${CLI_ROOT} budget reset\``;
  }
}

function usedText({ scope, unit, limit, used }: BudgetRow): string {
  if (used === null) return amountIn(unit, limit);
  const words = usedOf({ unit, limit, used });
  return scope === "session" ? `${words} at most` : words;
}
