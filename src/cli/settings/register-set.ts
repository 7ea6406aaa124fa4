import type { Command } from "commander";
import { examplesOf, subcommand, type Json, type RunCommand } from "../subcommand.ts";
import { CONTRACTOR_SETTINGS, settingLines, SHARED_SETTINGS } from "./known-settings.ts";
import { setSettings } from "./set.ts";

/** `openclaw contractor-agents set`. */
export function registerSetCommand(root: Command, run: RunCommand): void {
  subcommand(root, "set", "Change settings of a contractor agent, or of all")
    .argument("<settings...>", "name=value, or name= to go back to the default")
    .option("--agent-id <id>", "the contractor agent; without it, what holds for all of them")
    .addHelpText(
      "after",
      [
        "",
        "A list has commas between its items, or is none. Rules and whole budgets are given as JSON.",
        "",
        "Settings of a contractor:",
        ...settingLines(CONTRACTOR_SETTINGS),
        "",
        "Settings of all, without --agent-id:",
        ...settingLines(SHARED_SETTINGS),
        examplesOf(
          "set --agent-id dev permissionMode=accept-edits model=opus",
          "set --agent-id dev tools=messaging,cron budget.day.usd=5",
          "set --agent-id dev model=",
          "set idleMinutes=30",
        ),
      ].join("\n"),
    )
    .action((assignments: string[], options: { agentId?: string } & Json) =>
      run(options, (context) => setSettings(context, { ...options, assignments })),
    );
}
