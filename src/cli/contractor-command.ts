import { exitStatusOf, type ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { printable } from "./table.ts";

/** What a command gives: the data that scripts read, and the lines that people read. */
export type CommandResult = { data: unknown; text: string };

/**
 * Runs one command to its end: `--json` prints the data, or `{"error": …}`, on stdout; without it the text goes to
 * stdout, an error as one paragraph to stderr. Sets the exit status: 1 for a failure, 2 for wrong usage.
 */
export async function runContractorCommand(
  options: { json?: boolean },
  command: () => Promise<CommandResult | undefined>,
): Promise<void> {
  try {
    const result = await command();
    // It has printed by itself.
    if (result === undefined) return;
    const { data, text } = result;
    // The host sends console.log to stderr when --json is given, so stdout is written directly.
    process.stdout.write(options.json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
  } catch (cause) {
    reportFailure(unexpectedFailure(cause), options.json ?? false);
  }
}

export function reportFailure(error: ContractorError, json: boolean): void {
  const { code, message, mend } = error;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, mend } }, null, 2)}\n`);
  else process.stderr.write(`${error.toParagraph().split("\n").map(printable).join("\n")}\n`);
  process.exitCode = exitStatusOf(error);
}
