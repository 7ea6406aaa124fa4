import type { Command } from "commander";
import { CLI_ROOT } from "../config/identifiers.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";

export type Json = { json?: boolean };

/** Runs one command with what it needs of the host, to its end. One that prints by itself says so, and gives nothing. */
export type RunCommand = (
  options: Json & { printsItself?: boolean },
  command: (context: HostCliContext) => Promise<CommandResult | undefined>,
) => Promise<void>;

/** What stands below a command's help: whole lines that can be typed. */
export function examplesOf(...commands: string[]): string {
  const lines = commands.map((command) => `  openclaw ${CLI_ROOT} ${command}`);
  return ["", commands.length === 1 ? "Example:" : "Examples:", ...lines].join("\n");
}

export function subcommand(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).option("--json", "print JSON for scripts");
}
