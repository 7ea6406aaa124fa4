import { InvalidArgumentError, Option, type Command } from "commander";
import { CLI_DESCRIPTION, CLI_ROOT } from "../config/identifiers.ts";
import { DEFAULT_OPENCLAW_TOOLS, OPENCLAW_TOOL_GROUPS } from "../config/openclaw-tools.ts";
import { ADAPTER_NAMES, contractorSchema, MODES, PERMISSION_MODES } from "../config/schema.ts";
import { addContractor, type AddOptions } from "./add.ts";
import { adoptSession, type AdoptOptions } from "./adopt-session.ts";
import type { DoctorHost } from "../openclaw/doctor-host.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import { runContractorCommand } from "./contractor-command.ts";
import { registerDoctor } from "./doctor/register-doctor.ts";
import { registerEndpointCommands } from "./endpoint/register-endpoint.ts";
import { registerRecordCommands } from "./records/register-records.ts";
import { registerBudgetCommands } from "./register-budget.ts";
import { tellingContext } from "./progress.ts";
import { removeContractor } from "./remove.ts";
import { resetSession } from "./reset-session.ts";
import { registerViewCommands } from "./register-views.ts";
import { registerSetCommand } from "./settings/register-set.ts";
import { examplesOf, subcommand, type Json, type RunCommand } from "./subcommand.ts";
import { answerUsageErrors } from "./usage-errors.ts";

/** What commands work with; each is called by a command that runs. */
export type CliHosts = {
  createContext: () => HostCliContext;
  createDoctorHost: () => Promise<DoctorHost>;
};

/**
 * Attaches `openclaw contractor-agents` to the host's program. Nothing of `hosts` is called here: the host also builds this
 * tree when it only wants to print help.
 */
export function registerCli(program: Pick<Command, "command">, hosts: CliHosts): void {
  const root = program.command(CLI_ROOT).description(CLI_DESCRIPTION);
  answerUsageErrors(root);

  const run: RunCommand = (options, command) =>
    runContractorCommand(options, (progress) => command(tellingContext(hosts.createContext(), progress)));

  subcommand(root, "add", "Create a contractor agent: an OpenClaw agent whose turns Claude Code takes")
    .requiredOption("--agent-id <id>", "id of the new OpenClaw agent")
    .requiredOption("--workspace <folder>", "existing folder that the contractor works in")
    .requiredOption("--contractor <kind>", "who does the work: claude")
    .option("--endpoint <name>", "endpoint profile to run on (default: the Claude login)")
    .option(
      "--on-limit <list>",
      "endpoints that serve while its own is at its limit, with commas between, subscription for the Claude login, or error (default: error)",
      limitPolicy,
    )
    .option("--claude-config-dir <folder>", "Claude Code's own folder for it (default: ~/.claude)")
    .option("--model <model>", "Claude model (default: Claude Code's own)")
    .addOption(
      new Option("--mode <mode>", "one lasting Claude session a conversation, or one a turn")
        .choices(MODES)
        .default("persistent"),
    )
    .addOption(
      new Option("--adapter <name>", "ACP adapter that runs Claude Code")
        .choices(ADAPTER_NAMES)
        .default("claude-agent-acp"),
    )
    .option("--claude-executable <path>", "an installed claude to drive (default: the adapter's own)")
    .addOption(
      new Option("--permission-mode <mode>", "what Claude Code may do without asking (default: ask)").choices(
        PERMISSION_MODES,
      ),
    )
    .option("--acknowledge-bypass", "needed for the permission mode bypass: nobody is asked about anything")
    .option(
      "--silence-minutes <minutes>",
      "minutes without a sign of life after which a turn ends (default: 30)",
      silenceMinutes,
    )
    .option(
      "--tools <list>",
      `OpenClaw's tools for Claude Code, groups and names with commas between, or none (default: ${DEFAULT_OPENCLAW_TOOLS.join(",")})`,
      namesList,
    )
    .option(
      "--mcp-servers <list>",
      "names in OpenClaw's mcp.servers, with commas between (default: none)",
      namesList,
    )
    .addHelpText(
      "after",
      [
        "",
        `Groups of tools: ${Object.keys(OPENCLAW_TOOL_GROUPS).join(", ")}`,
        examplesOf(
          "add --agent-id dev --workspace ~/code/app --contractor claude",
          "add --agent-id ops --workspace ~/ops --contractor claude --tools messaging,cron",
        ),
      ].join("\n"),
    )
    .action((options: AddOptions & Json) => run(options, (context) => addContractor(context, options)));

  registerViewCommands(root, { run, createContext: hosts.createContext });
  registerSetCommand(root, run);

  subcommand(root, "reset-session", "Let a conversation begin anew with its next message")
    .requiredOption("--agent-id <id>", "the contractor agent")
    .requiredOption("--session-key <key>", "the OpenClaw session key, as `sessions` shows it")
    .addHelpText("after", examplesOf("reset-session --agent-id dev --session-key main"))
    .action((options: { agentId: string; sessionKey: string } & Json) =>
      run(options, (context) => resetSession(context, options)),
    );

  subcommand(root, "adopt-session", "Let a conversation continue a Claude session that you began yourself")
    .requiredOption("--agent-id <id>", "the contractor agent; the session was begun in its workspace")
    .requiredOption(
      "--session-key <key>",
      "the OpenClaw session key; `main` is the agent's main conversation",
    )
    .requiredOption("--claude-session-id <id>", "the Claude session, as `claude --resume` shows it")
    .addHelpText(
      "after",
      examplesOf(
        "adopt-session --agent-id dev --session-key main --claude-session-id 0b7d3c1e-5b0f-4c55-9d0a-6f2f6d1f8a11",
      ),
    )
    .action((options: AdoptOptions & Json) => run(options, (context) => adoptSession(context, options)));

  subcommand(root, "remove", "Remove a contractor agent and keep its workspace")
    .requiredOption("--agent-id <id>", "the contractor agent")
    .option("--yes", "confirm that it shall be removed")
    .addHelpText("after", examplesOf("remove --agent-id dev --yes"))
    .action((options: { agentId: string; yes?: boolean } & Json) =>
      run(options, (context) => removeContractor(context, options)),
    );

  registerDoctor(root, hosts.createDoctorHost);
  registerEndpointCommands(root, run);
  registerBudgetCommands(root, run);
  registerRecordCommands(root, run);
}

/** `none` is a list of nothing. */
function namesList(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It must be names with commas between, or none.");
  return names.length === 1 && names[0] === "none" ? [] : names;
}

function limitPolicy(value: string): "error" | string[] {
  return value === "error" ? value : namesList(value);
}

function silenceMinutes(value: string): number {
  const parsed = contractorSchema.shape.silenceMinutes.safeParse(Number(value));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError("It must be a number from 1 to 1440.");
}
