import { CLI_ROOT } from "../../config/identifiers.ts";
import type { BudgetUnit } from "../../config/schema.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import type { BudgetUse } from "./budget.ts";
import { clockTimeOf } from "./local-day.ts";
import type { SpendingClock } from "./spending-ledger.ts";

/** A turn is refused, or ended, because of this limit. */
export function budgetExceeded(
  use: BudgetUse,
  { agentId, clock }: { agentId: string; clock: SpendingClock },
): ContractorError {
  return new ContractorError("budget-exceeded", {
    message: `The budget of ${agentId} ${FOR_WHAT[use.scope]} is used up: ${usedOf(use)}.`,
    mend: mendOf(use, { agentId, clock }),
    ...(use.scope === "day" ? { resetAt: clock.nextDay } : {}),
  });
}

/** Nobody would know when it is used up. `so`: what became of it, as a sentence. */
export function budgetNotEnforceable(
  { agentId, adapter }: { agentId: string; adapter: string },
  so: string,
): ContractorError {
  return new ContractorError("budget-not-enforceable", {
    message: `The budget of ${agentId} is in US dollars, and its adapter ${adapter} does not tell what a turn costs. ${so}`,
    mend: `Use a budget in tokens (\`openclaw ${CLI_ROOT} budget set ${agentId} --help\`), or the other adapter.`,
  });
}

/** "$5.02 of $5.00", "200,100 of 200,000 tokens". */
export function usedOf({ unit, used, limit }: Pick<BudgetUse, "unit" | "used" | "limit">): string {
  return unit === "usd"
    ? `${dollars(used, limit)} of ${dollars(limit, limit)}`
    : `${count(used)} of ${count(limit)} tokens`;
}

/** "$0.60", "1,200 tokens". `beside`: another amount, to the same number of digits. */
export function amountIn(unit: BudgetUnit, amount: number, beside = amount): string {
  return unit === "usd" ? dollars(amount, beside) : `${count(amount)} tokens`;
}

/** "at 2026-01-02 00:00 (in 3 h 12 min)". */
export function renewalOf({ now, nextDay, timeZone }: SpendingClock): string {
  return `at ${clockTimeOf(nextDay, timeZone)} (in ${inWords(nextDay.getTime() - now.getTime())})`;
}

const FOR_WHAT: Record<BudgetUse["scope"], string> = {
  turn: "for one turn",
  session: "for this conversation",
  day: "for today",
  agent: "as a whole",
};

function mendOf(
  { scope, unit }: BudgetUse,
  { agentId, clock }: { agentId: string; clock: SpendingClock },
): string {
  const raise = `raise it with \`openclaw ${CLI_ROOT} budget set ${agentId} --${scope}-${unit} …\``;
  switch (scope) {
    case "turn":
      return `Ask for smaller steps, or ${raise}.`;
    case "session":
      return `Send /new to begin a new conversation, or ${raise}.`;
    case "day":
      return `It renews ${renewalOf(clock)}.`;
    case "agent":
      return `${raise.replace("raise", "Raise")}, or begin anew with \`openclaw ${CLI_ROOT} budget reset ${agentId}\`.`;
  }
}

/** Cents, and more digits where the limit itself is a matter of cents. */
function dollars(amount: number, limit: number): string {
  return `$${amount.toFixed(limit < 0.1 ? 4 : 2)}`;
}

function count(tokens: number): string {
  return tokens.toLocaleString("en-US");
}

function inWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
