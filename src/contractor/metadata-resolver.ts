import { BRIDGE_MODEL_REF, CLI_ROOT } from "../config/identifiers.ts";
import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import { ownValue } from "../config/own-value.ts";
import type {
  AdapterName,
  BudgetConfig,
  ContractorConfig,
  ContractorMode,
  PermissionMode,
  PluginConfig,
  RouteConfig,
} from "../config/schema.ts";
import type { NamedEndpoint } from "../endpoint/endpoint-key.ts";
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
  /** Where its model runs; undefined: on the Claude login. */
  endpoint: NamedEndpoint | undefined;
  /** The contractor's own one, whichever serves the turn: a profile's name, or `subscription`. */
  homeEndpoint: string;
  /** Those that serve while another one is at its limit, in this order. */
  fallbacks: readonly string[];
  routes: readonly RouteConfig[];
  /** Claude Code's own folder, where it is not the user's. */
  claudeConfigDir: string | undefined;
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

/** Where a turn runs when that is not the contractor's own endpoint. */
export type Elsewhere = { endpoint: string; model?: string | undefined };

/**
 * Tells whether an agent is a contractor, and which; with `elsewhere`, as it is at another endpoint.
 * Errors: `contractor-unknown` for any other agent, `endpoint-unknown` when the endpoint profile is gone.
 */
export function resolveContractorAgentMetadata(
  config: PluginConfig,
  agentId: string,
  elsewhere?: Elsewhere,
): ContractorAgentMetadata {
  const contractor = contractorNamed(config, agentId);
  const homeEndpoint = contractor.endpoint ?? CLAUDE_LOGIN;
  const name = elsewhere?.endpoint ?? homeEndpoint;
  const model = elsewhere?.model ?? (name === homeEndpoint ? contractor.model : undefined);
  const endpoint = name === CLAUDE_LOGIN ? undefined : endpointNamed(config, name);
  return {
    agentId,
    contractor: contractor.contractor,
    bridgeModel: BRIDGE_MODEL_REF,
    workspace: contractor.workspace,
    backend: "acp",
    mode: contractor.mode,
    adapter: contractor.adapter,
    // The contractor's own model is one of its own endpoint; another one knows models of its own.
    model: model ?? endpoint?.models?.default,
    claudeExecutable: contractor.claudeExecutable,
    endpoint,
    homeEndpoint,
    fallbacks: contractor.onLimit === "error" ? [] : contractor.onLimit,
    routes: contractor.routes,
    claudeConfigDir: contractor.claudeConfigDir,
    permissionMode: contractor.permissionMode,
    bypassAcknowledged: contractor.bypassAcknowledged,
    silenceMinutes: contractor.silenceMinutes,
    tools: contractor.tools,
    mcpServers: contractor.mcpServers,
    budget: contractor.budget,
  };
}

/** The contractor as it is at another endpoint; as it is where nobody names one, or where that is its own. */
export function metadataAt(
  config: PluginConfig,
  at: { own: ContractorAgentMetadata; endpoint: string | undefined; model?: string | undefined },
): ContractorAgentMetadata {
  const { own, endpoint, model } = at;
  if (endpoint === undefined || (endpoint === own.homeEndpoint && model === undefined)) return own;
  return resolveContractorAgentMetadata(config, own.agentId, { endpoint, model });
}

/** The name by which people call where a contractor's model runs: a profile's, or `subscription`. */
export function endpointNameOf({ endpoint }: Pick<ContractorAgentMetadata, "endpoint">): string {
  return endpoint?.name ?? CLAUDE_LOGIN;
}

/** The endpoint by the name that a person reads. */
export function endpointInWords(name: string): string {
  return name === CLAUDE_LOGIN ? "the Claude login" : name;
}

/** Throws `contractor-unknown`. */
export function contractorNamed(config: PluginConfig, agentId: string): ContractorConfig {
  const contractor = ownValue(config.contractors, agentId);
  if (contractor !== undefined) return contractor;
  throw new ContractorError("contractor-unknown", {
    message: `The agent "${agentId}" is not a contractor agent.`,
    mend: `Run \`openclaw ${CLI_ROOT} status\` to see the contractors, or create it with \`openclaw ${CLI_ROOT} add\`.`,
  });
}

/** Throws `endpoint-unknown`. */
export function endpointNamed(config: PluginConfig, name: string): NamedEndpoint {
  const endpoint = ownValue(config.endpoints, name);
  if (endpoint !== undefined) return { name, ...endpoint };
  const known = Object.keys(config.endpoints);
  throw new ContractorError("endpoint-unknown", {
    message: `There is no endpoint profile "${name}"${known.length === 0 ? "" : ` (known: ${known.join(", ")})`}.`,
    mend: `Create it with \`openclaw ${CLI_ROOT} endpoint add ${name}\`.`,
  });
}
