import { CLI_ROOT } from "../config/identifiers.ts";
import type { BudgetConfig, BudgetScope, BudgetUnit } from "../config/schema.ts";
import { BUDGET_SCOPES, BUDGET_UNITS, budgetUses, hasLimitIn } from "../contractor/spending/budget.ts";
import { amountIn, budgetNotEnforceable } from "../contractor/spending/budget-words.ts";
import { NOTHING_SPENT } from "../contractor/spending/amount.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";

/** `none`: without this limit. */
export type BudgetLimit = number | "none";

/** As commander names `--day-usd` and its like. */
export type BudgetSetOptions = {
  [Name in `${BudgetScope}${Capitalize<BudgetUnit>}`]?: BudgetLimit;
} & { agentId: string; clear?: boolean };

/** Sets the limits that are given; the others stay, unless all are to go. */
export async function setBudget(context: HostCliContext, options: BudgetSetOptions): Promise<CommandResult> {
  const { agentId, clear = false } = options;
  const { budget: earlier = {}, adapter } = requireContractor(context, agentId);
  const given = BUDGET_SCOPES.some((scope) =>
    BUDGET_UNITS.some((unit) => options[optionOf(scope, unit)] !== undefined),
  );
  if (given === clear) throw nothingToSet(agentId);
  const budget = clear ? undefined : changed(earlier, options);
  if (budget !== undefined && hasLimitIn(budget, "usd") && !context.reportsCost(adapter))
    throw budgetNotEnforceable({ agentId, adapter }, "Nothing was changed.");
  await context.configWriter.changeContractor(agentId, { budget });
  return { data: { agentId, budget: budget ?? null }, text: describe(agentId, budget) };
}

/** Lets the account of all that the agent has used begin anew. */
export async function resetBudget(context: HostCliContext, agentId: string): Promise<CommandResult> {
  const { workspace } = requireContractor(context, agentId);
  const { movedTo } = await context.openSpending(workspace).resetAgent(agentId);
  const anew = `What ${agentId} uses is counted anew from now on; today's and its conversations' sums go on.`;
  const damaged = `What was used until now could not be read; everything in this folder is counted anew from now on. The file is kept as ${movedTo ?? ""}.`;
  return { data: { agentId, movedTo }, text: movedTo === null ? anew : damaged };
}

function optionOf(scope: BudgetScope, unit: BudgetUnit): `${BudgetScope}${Capitalize<BudgetUnit>}` {
  return `${scope}${unit === "usd" ? "Usd" : "Tokens"}`;
}

/** Undefined when no limit is left. */
function changed(earlier: BudgetConfig, options: BudgetSetOptions): BudgetConfig | undefined {
  const scopes = BUDGET_SCOPES.flatMap((scope) => {
    const units = BUDGET_UNITS.flatMap((unit) => {
      const limit = options[optionOf(scope, unit)] ?? earlier[scope]?.[unit] ?? "none";
      return limit === "none" ? [] : [[unit, limit] as const];
    });
    return units.length === 0 ? [] : [[scope, Object.fromEntries(units)] as const];
  });
  return scopes.length === 0 ? undefined : Object.fromEntries(scopes);
}

function describe(agentId: string, budget: BudgetConfig | undefined): string {
  if (budget === undefined) return `${agentId} may use as much as it wants.`;
  const nothing = { turn: NOTHING_SPENT, session: NOTHING_SPENT, day: NOTHING_SPENT, agent: NOTHING_SPENT };
  const limits = budgetUses(budget, nothing).map(
    ({ scope, unit, limit }) => `${amountIn(unit, limit)} ${PER[scope]}`,
  );
  return `${agentId} may use ${limits.join(", ")}. That holds from its next message on.`;
}

const PER: Record<BudgetScope, string> = {
  turn: "a turn",
  session: "a conversation",
  day: "a day",
  agent: "as a whole",
};

function nothingToSet(agentId: string): ContractorError {
  return new ContractorError("usage", {
    message: "Give at least one limit to set, or --clear alone.",
    mend: `For example \`openclaw ${CLI_ROOT} budget set ${agentId} --day-usd 5\`.`,
  });
}
