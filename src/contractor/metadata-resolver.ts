import { BRIDGE_MODEL_REF, CLI_ROOT } from "../config/identifiers.ts";
import { ownValue } from "../config/own-value.ts";
import type {
  AdapterName,
  BudgetConfig,
  ContractorMode,
  EndpointConfig,
  PermissionMode,
  PluginConfig,
} from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";

/** Everything the turn must know of one contractor agent. */
export type ContractorAgentMetadata = {
  agentId: string;
  contractor: "claude";
  /** The model reference that leads OpenClaw to the bridge. */
  bridgeModel: string;
  workspace: string;
  backend: "acp";
  mode: ContractorMode;
  adapter: AdapterName;
  /** Claude model, or undefined for Claude Code's default. */
  model: string | undefined;
  claudeExecutable: string | undefined;
  endpoint: ({ name: string } & EndpointConfig) | undefined;
  permissionMode: PermissionMode;
  bypassAcknowledged: boolean;
  /** Minutes without a sign of life after which a turn is ended. */
  silenceMinutes: number;
  /** OpenClaw's tools that may be offered: groups and names. */
  tools: readonly string[];
  /** Names in OpenClaw's `mcp.servers`. */
  mcpServers: readonly string[];
  /** What the agent may use; undefined when that is not limited. */
  budget: BudgetConfig | undefined;
};

/**
 * Tells whether an agent is a contractor, and which.
 * Errors: `contractor-unknown` for any other agent, `endpoint-unknown` when its endpoint profile is gone.
 */
export function resolveContractorAgentMetadata(
  config: PluginConfig,
  agentId: string,
): ContractorAgentMetadata {
  const contractor = ownValue(config.contractors, agentId);
  if (contractor === undefined) {
    throw new ContractorError("contractor-unknown", {
      message: `The agent "${agentId}" is not a contractor agent.`,
      mend: `Run \`openclaw ${CLI_ROOT} status\` to see the contractors, or create it with \`openclaw ${CLI_ROOT} add\`.`,
    });
  }
  return {
    agentId,
    contractor: contractor.contractor,
    bridgeModel: BRIDGE_MODEL_REF,
    workspace: contractor.workspace,
    backend: "acp",
    mode: contractor.mode,
    adapter: contractor.adapter,
    model: contractor.model,
    claudeExecutable: contractor.claudeExecutable,
    endpoint: contractor.endpoint === undefined ? undefined : endpointNamed(config, contractor.endpoint),
    permissionMode: contractor.permissionMode,
    bypassAcknowledged: contractor.bypassAcknowledged,
    silenceMinutes: contractor.silenceMinutes,
    tools: contractor.tools,
    mcpServers: contractor.mcpServers,
    budget: contractor.budget,
  };
}

function endpointNamed(config: PluginConfig, name: string): { name: string } & EndpointConfig {
  const endpoint = ownValue(config.endpoints, name);
  if (endpoint !== undefined) return { name, ...endpoint };
  const known = Object.keys(config.endpoints);
  throw new ContractorError("endpoint-unknown", {
    message: `There is no endpoint profile "${name}"${known.length === 0 ? "" : ` (known: ${known.join(", ")})`}.`,
    mend: `Create it with \`openclaw ${CLI_ROOT} endpoint add ${name} --base-url <url> --api-key-env <VAR>\`.`,
  });
}
