import type { Command, CommanderError } from "commander";
import { ContractorError, exitStatusOf } from "../errors/contractor-error.ts";
import { reportFailure } from "./contractor-command.ts";

/**
 * Makes wrong usage of these commands end as the other errors do: status 2, and JSON on stdout with `--json`. Applies to
 * every subcommand that is added afterwards.
 */
export function answerUsageErrors(command: Command): void {
  command
    .configureOutput({
      // Commander's own words would come a second time, and in front of the JSON.
      outputError: () => undefined,
    })
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === "commander.help") process.exit(error.exitCode);
      const failure = usageError(error);
      reportFailure(failure, process.argv.includes("--json"));
      process.exit(exitStatusOf(failure));
    });
}

function usageError(error: CommanderError): ContractorError {
  const words = error.message.replace(/^error: /, "");
  return new ContractorError("usage", {
    message: `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.?$/, ".")}`,
    mend: "Add --help to the command to see what it takes.",
    cause: error,
  });
}
