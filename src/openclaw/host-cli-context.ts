import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import type { PluginConfig } from "../config/schema.ts";
import { createFileSessionMapStore } from "../contractor/file-session-map-store.ts";
import type { SessionMapStore } from "../contractor/session-map-store.ts";
import { agentIdsOf, createAgentConfigWriter, type AgentConfigWriter } from "./agent-config-writer.ts";
import { createBaseAgent, deleteBaseAgent } from "./agents-add-runner.ts";
import { backUpConfig, type ConfigBackup } from "./config-backup.ts";
import { isGatewayReachable } from "./gateway-probe.ts";
import { readPluginConfig } from "./plugin-config.ts";

const GATEWAY_PROBE_MS = 3_000;

/** What a contractor command can see and do of OpenClaw. */
export type HostCliContext = {
  config: PluginConfig;
  /** OpenClaw's agents by id, contractors among them. */
  agentIds: string[];
  configWriter: AgentConfigWriter;
  backUpConfig(): Promise<ConfigBackup>;
  createBaseAgent(agent: { agentId: string; workspace: string }): Promise<void>;
  deleteBaseAgent(agentId: string): Promise<void>;
  openStore(workspace: string): SessionMapStore;
  isGatewayReachable(): Promise<boolean>;
  /** OpenClaw's state folder. */
  stateDir: string;
  now(): Date;
};

/** Reads the configuration once, for one command. Throws `config-invalid`. */
export function createHostCliContext(api: OpenClawPluginApi): HostCliContext {
  const hostConfig = api.runtime.config.current();
  return {
    config: readPluginConfig(hostConfig),
    agentIds: agentIdsOf(hostConfig),
    configWriter: createAgentConfigWriter(api),
    backUpConfig,
    createBaseAgent,
    deleteBaseAgent,
    openStore: (workspace) => createFileSessionMapStore({ workspace }),
    isGatewayReachable: () => isGatewayReachable(GATEWAY_PROBE_MS),
    stateDir: resolveStateDir(),
    now: () => new Date(),
  };
}
