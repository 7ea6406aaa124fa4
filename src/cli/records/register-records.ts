import { InvalidArgumentError, Option, type Command } from "commander";
import { CLI_ROOT } from "../../config/identifiers.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { subcommand, type Json, type RunCommand } from "../subcommand.ts";
import { EXPORT_FORMATS } from "./conversation-formats.ts";
import { exportConversation, type ExportOptions } from "./export.ts";
import { showLogs, type LogsOptions } from "./logs.ts";

/** `openclaw contractor-agents logs` and `export`: what is kept of turns, and of a conversation. */
export function registerRecordCommands(root: Command, run: RunCommand): void {
  subcommand(root, "logs", "Show the latest turns: how they ended, how long they took, what they used")
    .option("--agent-id <id>", "only this contractor agent")
    .option("--session-key <key>", "only this conversation, as `sessions` shows it")
    .option("--since <time>", "only turns that ended since then: 30m, 1h, 2d, or a date", since)
    .option("--errors", "only turns that failed")
    .option("-n, --lines <number>", "the latest so many", wholeNumber, 50)
    .option("-f, --follow", "go on with the turns that come, until Ctrl-C")
    .addHelpText(
      "after",
      [
        "",
        "With --json it prints a line of JSON for each turn (docs/LOGS.md).",
        "",
        "Examples:",
        `  openclaw ${CLI_ROOT} logs --since 1h --errors`,
        `  openclaw ${CLI_ROOT} logs --agent-id dev --follow`,
        `  openclaw ${CLI_ROOT} logs -n 1000 --json | jq .ms.result`,
      ].join("\n"),
    )
    .action((options: LogsOptions & Json) =>
      run({ ...options, printsItself: true }, async (context) => {
        await untilInterrupted((signal) => showLogs(context, options, { print, signal }));
        return undefined;
      }),
    );

  subcommand(root, "export", "Write a conversation as text for people or as JSON lines, without secrets")
    .requiredOption("--agent-id <id>", "the contractor agent")
    .requiredOption("--session-key <key>", "the OpenClaw session key, as `sessions` shows it")
    .addOption(
      new Option("--format <format>", "one JSON object a message, or text to read")
        .choices(EXPORT_FORMATS)
        .default("jsonl"),
    )
    .option("-o, --output <file>", "a file that only you can read (default: stdout)")
    .option("--force", "replace the file when it exists")
    .option("--no-redact", "leave keys, passwords, e-mail addresses and home folders in it")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        `  openclaw ${CLI_ROOT} export --agent-id dev --session-key main --format markdown`,
        `  openclaw ${CLI_ROOT} export --agent-id dev --session-key main --output dev.jsonl`,
      ].join("\n"),
    )
    .action((options: ExportOptions & Json) =>
      run({ ...options, printsItself: options.output === undefined }, (context) =>
        exportConversation(context, options),
      ),
    );
}

/** The host sends console.log to stderr when --json is given, so stdout is written directly. */
function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function since(value: string): NonNullable<LogsOptions["since"]> {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*(s|min|m|h|d)$/.exec(value.trim()) ?? [];
  if (amount !== undefined) return { ago: Number(amount) * (UNITS[unit] ?? 0) };
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new InvalidArgumentError("It must be a time such as 30m, 1h or 2d, or a date.");
  return { at };
}

const MOST_LINES = 100_000;

function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isInteger(number) && number >= 0 && number <= MOST_LINES) return number;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${MOST_LINES}.`);
}
