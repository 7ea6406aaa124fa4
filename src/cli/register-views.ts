import { InvalidArgumentError, Option, type Command } from "commander";
import { CLI_ROOT } from "../config/identifiers.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import { watchContractorCommand, type CommandResult } from "./contractor-command.ts";
import { listContractors } from "./list.ts";
import { listSessions, SESSION_ORDERS, SESSION_STATES, type SessionsOptions } from "./sessions.ts";
import { showContractor, type ShowOptions } from "./show.ts";
import { contractorStatus } from "./status.ts";
import { examplesOf, subcommand, type Json, type RunCommand } from "./subcommand.ts";

type Watched = Json & { watch?: number | true };

/** The commands that only look: `list`, `status`, `sessions`, `show`. */
export function registerViewCommands(
  root: Command,
  { run, createContext }: { run: RunCommand; createContext: () => HostCliContext },
): void {
  /** Each frame has a context of its own, so that it sees what has changed since. */
  const view = (
    { watch, ...options }: Watched,
    command: (context: HostCliContext) => Promise<CommandResult>,
  ): Promise<void> =>
    watch === undefined
      ? run(options, command)
      : watchContractorCommand({ ...options, watch: watch === true ? WATCH_SECONDS : watch }, () =>
          Promise.resolve(createContext()).then(command),
        );

  subcommand(root, "list", "List the contractor agents and how they are set")
    .addHelpText("after", examplesOf("list", "list --json"))
    .action((options: Json) => run(options, listContractors));

  subcommand(root, "status", "Show what every contractor agent does, what it costs and what is wrong with it")
    .addOption(watchOption())
    .addHelpText("after", examplesOf("status", "status --watch 5", "status --json"))
    .action((options: Watched) => view(options, contractorStatus));

  subcommand(root, "sessions", "List the conversations and their Claude sessions")
    .option("--agent-id <id>", "only this contractor agent")
    .addOption(new Option("--state <state>", "only those in this state").choices(SESSION_STATES))
    .option("--active-within <time>", "only those active within this time, such as 30m, 2h or 7d", duration)
    .addOption(
      new Option("--sort <order>", "what comes first: the latest, or the highest")
        .choices(SESSION_ORDERS)
        .default("activity"),
    )
    .addOption(watchOption())
    .addHelpText(
      "after",
      examplesOf(
        "sessions --agent-id dev",
        "sessions --state active --active-within 2h --sort cost",
        "sessions --watch",
      ),
    )
    .action(({ watch, json, ...options }: SessionsOptions & Watched) =>
      view({ watch, json }, (context) => listSessions(context, options)),
    );

  subcommand(root, "show", "Show one contractor agent, or one of its conversations, in full")
    .requiredOption("--agent-id <id>", "the contractor agent")
    .option("--session-key <key>", "the OpenClaw session key, as `sessions` shows it; `main` is the main one")
    .addOption(watchOption())
    .addHelpText("after", examplesOf("show --agent-id dev", "show --agent-id dev --session-key main"))
    .action(({ watch, json, ...options }: ShowOptions & Watched) =>
      view({ watch, json }, (context) => showContractor(context, options)),
    );
}

const WATCH_SECONDS = 2;

function watchOption(): Option {
  return new Option(
    "--watch [seconds]",
    `show it again every few seconds, until Ctrl+C (default: ${WATCH_SECONDS})`,
  ).argParser(seconds);
}

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= 1 && number <= 3_600) return number;
  throw new InvalidArgumentError("It must be a number of seconds from 1 to 3600.");
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds. */
function duration(value: string): number {
  const [, amount, unit = ""] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  const size = UNITS[unit];
  if (amount !== undefined && size !== undefined) return Number(amount) * size;
  throw new InvalidArgumentError(
    `It must be a number with s, m, h or d, as in \`${CLI_ROOT} sessions --active-within 2h\`.`,
  );
}
