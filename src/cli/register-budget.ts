import { InvalidArgumentError, type Command } from "commander";
import type { BudgetScope } from "../config/schema.ts";
import { BUDGET_SCOPES } from "../contractor/spending/budget.ts";
import { resetBudget, setBudget, type BudgetLimit, type BudgetSetOptions } from "./budget.ts";
import { examplesOf, subcommand, type RunCommand } from "./subcommand.ts";

const FOR_WHAT: Record<BudgetScope, string> = {
  turn: "for one turn",
  session: "for a conversation, until /new or /reset",
  day: "from midnight to midnight",
  agent: "for all turns since it was added, or since `budget reset`",
};

/** `openclaw contractor-agents budget …`. What is used shows in `status`. */
export function registerBudgetCommands(root: Command, run: RunCommand): void {
  const budget = root.command("budget").description("Limit what a contractor agent may use");

  const set = subcommand(budget, "set", "Set limits; those that are not named stay, `none` takes one away")
    .argument("<agent>", "the contractor agent")
    .option("--clear", "take all limits away");
  for (const scope of BUDGET_SCOPES) {
    set
      .option(`--${scope}-usd <dollars>`, `US dollars ${FOR_WHAT[scope]}`, dollars)
      .option(`--${scope}-tokens <tokens>`, `tokens ${FOR_WHAT[scope]}`, tokens);
  }
  set
    .addHelpText(
      "after",
      examplesOf(
        "budget set dev --day-usd 5 --turn-tokens 200000",
        "budget set dev --turn-tokens none",
        "budget set dev --clear",
      ),
    )
    .action((agentId: string, options: Omit<BudgetSetOptions, "agentId"> & { json?: boolean }) =>
      run(options, (context) => setBudget(context, { ...options, agentId })),
    );

  subcommand(budget, "reset", "Count what the agent uses as a whole from nothing again")
    .argument("<agent>", "the contractor agent")
    .addHelpText("after", examplesOf("budget reset dev"))
    .action((agentId: string, options: { json?: boolean }) =>
      run(options, (context) => resetBudget(context, agentId)),
    );
}

function dollars(value: string): BudgetLimit {
  return limitOf(value, (number) => Number.isFinite(number), "a number of dollars above 0, or none");
}

function tokens(value: string): BudgetLimit {
  return limitOf(value, Number.isSafeInteger, "a whole number of tokens above 0, or none");
}

function limitOf(value: string, isOne: (number: number) => boolean, what: string): BudgetLimit {
  if (value === "none") return value;
  const number = Number(value);
  if (value.trim() === "" || !isOne(number) || number <= 0)
    throw new InvalidArgumentError(`It must be ${what}.`);
  return number;
}
