import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import type { AdapterName, PluginConfig } from "../config/schema.ts";
import { createFileSessionMapStore } from "../contractor/file-session-map-store.ts";
import type { SessionMapStore } from "../contractor/session-map-store.ts";
import { agentIdsOf, createAgentConfigWriter, type AgentConfigWriter } from "./agent-config-writer.ts";
import { createBaseAgent, deleteBaseAgent } from "./agents-add-runner.ts";
import { backUpConfig, type ConfigBackup } from "./config-backup.ts";
import { isGatewayReachable } from "./gateway-probe.ts";
import { hostAdapters } from "./host-adapters.ts";
import { readPluginConfig, type HostConfig } from "./plugin-config.ts";

const GATEWAY_PROBE_MS = 3_000;

/** What a contractor command can see and do of OpenClaw. */
export type HostCliContext = {
  config: PluginConfig;
  /** OpenClaw's agents by id, contractors among them. */
  agentIds: string[];
  configWriter: AgentConfigWriter;
  backUpConfig(): Promise<ConfigBackup>;
  isAdapterInstalled(name: AdapterName): Promise<boolean>;
  /** Installs an adapter that is missing. Rejects with `adapter-missing`. */
  ensureAdapter(name: AdapterName): Promise<string>;
  createBaseAgent(agent: { agentId: string; workspace: string }): Promise<void>;
  deleteBaseAgent(agentId: string): Promise<void>;
  openStore(workspace: string): SessionMapStore;
  isGatewayReachable(): Promise<boolean>;
  /** OpenClaw's state folder. */
  stateDir: string;
  now(): Date;
};

/**
 * What one command works with. `hostConfig` is what the host has read for this command; `api.runtime` is left alone until
 * a command writes. Throws `config-invalid`.
 */
export function createHostCliContext(api: OpenClawPluginApi, hostConfig: HostConfig): HostCliContext {
  const adapters = hostAdapters();
  return {
    config: readPluginConfig(hostConfig),
    agentIds: agentIdsOf(hostConfig),
    configWriter: createAgentConfigWriter(api),
    backUpConfig,
    isAdapterInstalled: async (name) => (await adapters.find(name)) !== null,
    ensureAdapter: (name) => adapters.ensure(name),
    createBaseAgent,
    deleteBaseAgent,
    openStore: (workspace) => createFileSessionMapStore({ workspace }),
    isGatewayReachable: () => isGatewayReachable(GATEWAY_PROBE_MS),
    stateDir: resolveStateDir(),
    now: () => new Date(),
  };
}
