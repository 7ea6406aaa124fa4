import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import type { AdapterInstallation } from "../acp/adapter-installation.ts";
import { adapterLaunch } from "../acp/adapter-launch.ts";
import { createAcpAdapter } from "../acp/create-acp-adapter.ts";
import {
  createContractorClaudeBridge,
  type ContractorClaudeBridge,
} from "../bridge/contractor-claude-bridge.ts";
import { createTurnQueue, type TurnQueue } from "../bridge/turn-queue.ts";
import { PLUGIN_VERSION } from "../config/identifiers.ts";
import { pluginConfigSchema, type PluginConfig } from "../config/schema.ts";
import { buildClaudeBootstrap, readPersonaFiles } from "../contractor/bootstrap.ts";
import { claudeEnvironment } from "../contractor/claude-environment.ts";
import { claudeTranscriptExists } from "../contractor/claude-transcripts.ts";
import { createFileSessionMapStore } from "../contractor/file-session-map-store.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { readTemplates } from "../contractor/provisioning-record.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { createSessionPool, type SessionPool, type SessionPoolOptions } from "../pool/session-pool.ts";
import { contractorEnvironment } from "../process/environment.ts";
import { hostAdapters } from "./host-adapters.ts";
import { readPluginConfig } from "./plugin-config.ts";

type SharedRuntime = { pool: SessionPool; queue: TurnQueue; adapters: AdapterInstallation };

/**
 * The host evaluates a plugin several times in one process, and runs turns on another copy than services. The copies
 * share nothing but `globalThis`, so what must exist once lives there, under a name that no other version uses.
 */
const SHARED = Symbol.for(`contractor-agent/shared-runtime@${PLUGIN_VERSION}`);

function sharedRuntime(): SharedRuntime {
  const registry = globalThis as { [SHARED]?: SharedRuntime };
  return (registry[SHARED] ??= {
    pool: createSessionPool(poolLimits(pluginConfigSchema.parse({}))),
    queue: createTurnQueue(),
    adapters: hostAdapters(),
  });
}

function poolLimits(config: PluginConfig): SessionPoolOptions {
  return { idleMs: config.idleMinutes * 60_000, maxLive: config.maxLiveSessions };
}

/** Ends every idle Claude process of this Node process, if any turn ever ran in it. */
export async function drainSharedRuntime(): Promise<void> {
  await (globalThis as { [SHARED]?: SharedRuntime })[SHARED]?.pool.drain();
}

/** The bridge on real parts: OpenClaw's configuration, files in the workspace, adapters as processes. */
export function createHostBridge(api: OpenClawPluginApi): ContractorClaudeBridge {
  const shared = sharedRuntime();
  // Read anew for each turn: a setting applies from the next one on.
  const readConfig = (): PluginConfig => {
    const config = readPluginConfig(api.runtime.config.current());
    shared.pool.configure(poolLimits(config));
    return config;
  };
  return createContractorClaudeBridge({
    ...shared,
    readConfig,
    openStore: (workspace) => createFileSessionMapStore({ workspace }),
    async createAdapter(metadata) {
      // A missing key is known at once; a missing adapter takes a download.
      const environment = environmentOf(metadata);
      return createAcpAdapter(adapterLaunch(await shared.adapters.ensure(metadata.adapter), environment));
    },
    resolveWorkspace,
    async readBootstrap(metadata) {
      const templates = await readTemplates(metadata.workspace);
      return buildClaudeBootstrap(metadata, await readPersonaFiles(metadata.workspace, templates));
    },
    transcriptExists: (sessionId) =>
      claudeTranscriptExists(sessionId, contractorEnvironment(process.env, {})),
    now: () => new Date(),
  });
}

function environmentOf(metadata: ContractorAgentMetadata): Record<string, string> {
  return contractorEnvironment(process.env, claudeEnvironment(metadata, process.env));
}
