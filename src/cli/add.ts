import { rm, rmdir } from "node:fs/promises";
import { resolve } from "node:path";
import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import { BRIDGE_MODEL_REF, CLI_ROOT } from "../config/identifiers.ts";
import {
  AGENT_ID_PATTERN,
  type AdapterName,
  type ContractorMode,
  type PermissionMode,
} from "../config/schema.ts";
import {
  DEFAULT_OPENCLAW_TOOLS,
  OPENCLAW_TOOL_GROUPS,
  OPENCLAW_TOOL_PATTERN,
} from "../config/openclaw-tools.ts";
import { endpointNamed } from "../contractor/metadata-resolver.ts";
import { putOwnLoginMark } from "../contractor/own-login.ts";
import { claudeModeOf } from "../contractor/permission-mode.ts";
import { listWorkspace, recordTemplates, removeTemplatesSince } from "../contractor/provisioning-record.ts";
import { ensureStateDir, sessionMapPathOf, stateDirOf } from "../contractor/runtime-state.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { deleteAgentKeepingWorkspace } from "./delete-agent.ts";
import { requireExecutable } from "./require-executable.ts";
import { renderFacts } from "./table.ts";

export type AddOptions = {
  agentId: string;
  workspace: string;
  contractor: string;
  mode: ContractorMode;
  adapter: AdapterName;
  endpoint?: string;
  onLimit?: "error" | string[];
  claudeConfigDir?: string;
  model?: string;
  claudeExecutable?: string;
  permissionMode?: PermissionMode;
  acknowledgeBypass?: boolean;
  silenceMinutes?: number;
  tools?: string[];
  mcpServers?: string[];
};

/** Provisions a contractor agent: all of it, or nothing. */
export async function addContractor(context: HostCliContext, options: AddOptions): Promise<CommandResult> {
  const workspace = await validate(context, options);
  await provision(context, { options, workspace });
  const data = {
    agentId: options.agentId,
    contractor: "claude",
    model: BRIDGE_MODEL_REF,
    workspace,
    stateDir: stateDirOf(workspace),
    sessionMap: sessionMapPathOf(workspace),
    adapter: options.adapter,
    endpoint: options.endpoint ?? null,
    mode: options.mode,
    permissionMode: options.permissionMode ?? "ask",
    tools: options.tools ?? DEFAULT_OPENCLAW_TOOLS,
    mcpServers: options.mcpServers ?? [],
  };
  return { data, text: describe(options, workspace) };
}

/** Everything that can be known to fail is found here, before anything is touched. Resolves to the workspace's absolute path. */
async function validate(context: HostCliContext, options: AddOptions): Promise<string> {
  const { agentId, contractor, endpoint, adapter, claudeExecutable } = options;
  if (contractor !== "claude") throw unsupportedKind(contractor);
  if (!AGENT_ID_PATTERN.test(agentId)) throw invalidAgentId(agentId);
  if (Object.hasOwn(context.config.contractors, agentId)) throw alreadyContractor(agentId);
  if (context.agentIds.includes(agentId)) throw alreadyAgent(agentId);
  requirePermissionMode(context, options);
  requireToolNames(options);
  const workspace = resolve(options.workspace);
  await resolveWorkspace(workspace);
  for (const name of [endpoint ?? CLAUDE_LOGIN, ...fallbacksOf(options)]) {
    if (name !== CLAUDE_LOGIN) endpointNamed(context.config, name);
  }
  if (claudeExecutable !== undefined) await requireExecutable(claudeExecutable);
  // Last, because it may have to download: everything cheap has been checked by now.
  await context.ensureAdapter(adapter);
  return workspace;
}

/**
 * The steps, each with its undoing. The base agent comes last: it is the only step that OpenClaw itself
 * has to undo, and everything before it can be taken back without a trace.
 */
async function provision(
  context: HostCliContext,
  { options, workspace }: { options: AddOptions; workspace: string },
): Promise<void> {
  const { agentId } = options;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const filesBefore = await listWorkspace(workspace);
    const { created } = await ensureStateDir(workspace);
    undo.push(() => removeCreated(created));

    const backup = await context.backUpConfig();
    undo.push(async () => {
      if (!(await backup.restore())) await context.configWriter.removeContractor(agentId);
    });
    await context.configWriter.putContractor(agentId, stanzaOf(options, workspace));
    await backup.noteOwnChange();

    undo.push(() => removeTemplatesSince(workspace, filesBefore));
    await context.createBaseAgent({ agentId, workspace });
    undo.push(() => deleteAgentKeepingWorkspace(context, agentId));
    await recordTemplates(workspace, filesBefore);
    putOwnLoginMark(context.stateDir);
  } catch (error) {
    // One step that cannot be undone keeps neither the others from it nor the person from the reason.
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw error;
  }
}

function fallbacksOf({ onLimit = "error" }: AddOptions): string[] {
  return onLimit === "error" ? [] : onLimit;
}

function stanzaOf(
  options: AddOptions,
  workspace: string,
): Parameters<HostCliContext["configWriter"]["putContractor"]>[1] {
  const { mode, adapter, endpoint, onLimit, claudeConfigDir, model, claudeExecutable } = options;
  const { permissionMode, acknowledgeBypass, silenceMinutes, tools, mcpServers } = options;
  return {
    contractor: "claude",
    workspace,
    mode,
    adapter,
    ...(endpoint === undefined || endpoint === CLAUDE_LOGIN ? {} : { endpoint }),
    ...(onLimit === undefined ? {} : { onLimit }),
    ...(claudeConfigDir === undefined ? {} : { claudeConfigDir: resolve(claudeConfigDir) }),
    ...(model === undefined ? {} : { model }),
    ...(claudeExecutable === undefined ? {} : { claudeExecutable: resolve(claudeExecutable) }),
    ...(permissionMode === undefined ? {} : { permissionMode }),
    ...(permissionMode === "bypass" && acknowledgeBypass === true ? { bypassAcknowledged: true } : {}),
    ...(silenceMinutes === undefined ? {} : { silenceMinutes }),
    ...(tools === undefined ? {} : { tools }),
    ...(mcpServers === undefined ? {} : { mcpServers }),
  };
}

function requirePermissionMode(
  { uid }: HostCliContext,
  { permissionMode = "ask", acknowledgeBypass = false }: AddOptions,
): void {
  if (acknowledgeBypass && permissionMode !== "bypass") {
    throw new ContractorError("usage", {
      message: `--acknowledge-bypass says nothing with the permission mode ${permissionMode}.`,
      mend: "Leave it out, or use --permission-mode bypass.",
    });
  }
  claudeModeOf({ permissionMode, bypassAcknowledged: acknowledgeBypass, uid });
}

function requireToolNames({ tools = [] }: AddOptions): void {
  const wrong = tools.find((name) => !OPENCLAW_TOOL_PATTERN.test(name));
  if (wrong === undefined) return;
  throw new ContractorError("usage", {
    message: `"${wrong}" is no group and no name of a tool.`,
    mend: `Use groups (${Object.keys(OPENCLAW_TOOL_GROUPS).join(", ")}), names of OpenClaw's tools such as sessions_list, or none.`,
  });
}

/** Newest first; a folder that somebody has put something into stays. */
async function removeCreated(paths: string[]): Promise<void> {
  for (const path of paths.toReversed()) {
    await rm(path).catch(() => rmdir(path).catch(() => undefined));
  }
}

function describe(options: AddOptions, workspace: string): string {
  const { agentId, adapter, endpoint, mode, permissionMode = "ask" } = options;
  const ownDefault = "Claude Code's default";
  const { model = endpoint === undefined ? ownDefault : `the endpoint's, else ${ownDefault}` } = options;
  return [
    `The contractor agent "${agentId}" is ready.`,
    "",
    renderFacts([
      ["workspace", workspace],
      ["adapter", adapter],
      ["runs on", endpoint === undefined ? "the Claude login of the Gateway's user" : `endpoint ${endpoint}`],
      ["Claude model", model],
      ["mode", mode],
      ["tools", (options.tools ?? DEFAULT_OPENCLAW_TOOLS).join(", ") || "none"],
      [
        "permissions",
        permissionMode === "bypass" ? "bypass: nobody is asked about anything" : permissionMode,
      ],
    ]),
    "",
    `Talk to it:  openclaw agent --agent ${agentId} --message "what does this repo do?"`,
  ].join("\n");
}

function unsupportedKind(kind: string): ContractorError {
  return new ContractorError("contractor-kind-unsupported", {
    message: `There is no contractor of the kind "${kind}".`,
    mend: "Use --contractor claude.",
  });
}

function invalidAgentId(agentId: string): ContractorError {
  return new ContractorError("agent-id-invalid", {
    message: `"${agentId}" is not an agent id.`,
    mend: "Use 1 to 64 lower-case letters, digits, - and _, beginning with a letter or digit.",
  });
}

function alreadyContractor(agentId: string): ContractorError {
  return new ContractorError("contractor-exists", {
    message: `The agent "${agentId}" is a contractor already; nothing was changed.`,
    mend: `See it with \`openclaw ${CLI_ROOT} status\`, or remove it first with \`openclaw ${CLI_ROOT} remove --agent-id ${agentId} --yes\`.`,
  });
}

function alreadyAgent(agentId: string): ContractorError {
  return new ContractorError("agent-exists", {
    message: `OpenClaw has an agent "${agentId}" already, and it is not a contractor; nothing was changed.`,
    mend: "Choose another id.",
  });
}
