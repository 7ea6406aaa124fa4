import type { Command } from "commander";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";

export type Json = { json?: boolean };

/** Runs one command with what it needs of the host, to its end. A command that prints by itself gives nothing. */
export type RunCommand = (
  options: Json,
  command: (context: HostCliContext) => Promise<CommandResult | undefined>,
) => Promise<void>;

export function subcommand(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).option("--json", "print JSON for scripts");
}
