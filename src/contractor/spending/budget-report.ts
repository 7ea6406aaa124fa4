import { z } from "zod";
import { CLI_ROOT } from "../../config/identifiers.ts";
import type { AdapterName, BudgetConfig, ContractorConfig } from "../../config/schema.ts";
import { unexpectedFailure } from "../../errors/unexpected-failure.ts";
import { NOTHING_SPENT, type Amount } from "./amount.ts";
import { BUDGET_SCOPES, BUDGET_UNITS, budgetUses, hasLimitIn, usedUpOf, type BudgetUse } from "./budget.ts";
import { budgetExceeded, budgetNotEnforceable, renewalOf } from "./budget-words.ts";
import type { AgentSpending, SpendingClock, SpendingLedger } from "./spending-ledger.ts";

/** One limit of a contractor's budget. */
export const budgetRowSchema = z.object({
  scope: z.enum(BUDGET_SCOPES),
  unit: z.enum(BUDGET_UNITS),
  limit: z.number(),
  /** Of the session's limit: in the conversation that has used most. Null for a turn's, and when it is not known. */
  used: z.number().nullable(),
  /** ISO timestamp; null where no time renews it. */
  renewsAt: z.string().nullable(),
  /** The same for people. */
  renews: z.string(),
});

export type BudgetRow = z.infer<typeof budgetRowSchema>;

/** What a report is made from. */
export type BudgetSources = {
  /** Whether it will be known what a turn with this adapter costs. */
  reportsCost(adapter: AdapterName): boolean;
  openSpending(workspace: string): Pick<SpendingLedger, "agent" | "clock">;
};

type BudgetReport = { rows: BudgetRow[]; problems: string[] };

/** What a contractor's budget is and how much of it is used, and what of that keeps it from answering. */
export async function budgetReportOf(
  sources: BudgetSources,
  { agentId, contractor }: { agentId: string; contractor: ContractorConfig },
): Promise<BudgetReport> {
  const { budget, workspace, adapter } = contractor;
  if (budget === undefined) return { rows: [], problems: [] };
  const problems: string[] = [];
  if (hasLimitIn(budget, "usd") && !sources.reportsCost(adapter))
    problems.push(budgetNotEnforceable({ agentId, adapter }, "Its turns are refused.").toParagraph());
  const ledger = sources.openSpending(workspace);
  const clock = ledger.clock();
  const spending = await ledger.agent(agentId).catch((cause: unknown) => {
    problems.push(unexpectedFailure(cause).toParagraph());
    return null;
  });
  if (spending !== null) problems.push(...usedUpProblems(budget, { agentId, spending, clock }));
  return { rows: rowsOf(budget, { spending, clock }), problems };
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
