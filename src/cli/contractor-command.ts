import { exitStatusOf, type ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { createProgress, NO_PROGRESS, type Progress } from "./progress.ts";
import { printable } from "./table.ts";
import { untilInterrupted } from "./until-interrupted.ts";
import { watch } from "./watch.ts";

/** What a command gives: the data that scripts read, and the lines that people read. */
export type CommandResult = { data: unknown; text: string };

/**
 * Runs one command to its end: `--json` prints the data, or `{"error": …}`, on stdout; without it the text goes to
 * stdout, an error as one paragraph to stderr. Sets the exit status: 1 for a failure, 2 for wrong usage.
 */
export async function runContractorCommand(
  options: { json?: boolean; printsItself?: boolean },
  command: (progress: Progress) => Promise<CommandResult | undefined>,
): Promise<void> {
  try {
    const progress = options.printsItself === true ? NO_PROGRESS : createProgress(process.stderr);
    const result = await progress.during("Working", () => command(progress));
    if (result === undefined) return;
    const { data, text } = result;
    // The host sends console.log to stderr when --json is given, so stdout is written directly.
    process.stdout.write(options.json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
  } catch (cause) {
    reportFailure(unexpectedFailure(cause), options.json ?? false);
  }
}

/** The same for a command that is shown again and again, until an interrupt. */
export async function watchContractorCommand(
  options: { json?: boolean; watch: number },
  command: () => Promise<CommandResult>,
): Promise<void> {
  const { json = false, watch: everySeconds } = options;
  try {
    await untilInterrupted((signal) =>
      watch(command, { everySeconds, json, screen: process.stdout, signal }),
    );
  } catch (cause) {
    reportFailure(unexpectedFailure(cause), json);
  }
}

export function reportFailure(error: ContractorError, json: boolean): void {
  const { code, message, mend } = error;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, mend } }, null, 2)}\n`);
  else process.stderr.write(`${error.toParagraph().split("\n").map(printable).join("\n")}\n`);
  process.exitCode = exitStatusOf(error);
}
