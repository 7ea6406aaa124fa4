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
import type { PluginConfig } from "../config/schema.ts";
import { buildClaudeBootstrap, readPersonaFiles } from "../contractor/bootstrap.ts";
import { claudeEnvironment } from "../contractor/claude-environment.ts";
import { claudeTranscriptExists } from "../contractor/claude-transcripts.ts";
import { createFileSessionMapStore } from "../contractor/file-session-map-store.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { readTemplates } from "../contractor/provisioning-record.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { createSessionPool, type SessionPool } from "../pool/session-pool.ts";
import { contractorEnvironment } from "../process/environment.ts";
import { hostAdapters } from "./host-adapters.ts";
import { readPluginConfig } from "./plugin-config.ts";

type SharedRuntime = { pool: SessionPool; queue: TurnQueue; adapters: AdapterInstallation };

/**
 * The host evaluates a plugin several times in one process, and runs turns on another copy than services. The copies
 * share nothing but `globalThis`, so what must exist once lives there, under a name that no other version uses.
 */
const SHARED = Symbol.for(`contractor-agent/shared-runtime@${PLUGIN_VERSION}`);

export function sharedRuntime(config: PluginConfig): SharedRuntime {
  const registry = globalThis as { [SHARED]?: SharedRuntime };
  const limits = { idleMs: config.idleMinutes * 60_000, maxLive: config.maxLiveSessions };
  const shared = (registry[SHARED] ??= {
    pool: createSessionPool(limits),
    queue: createTurnQueue(),
    adapters: hostAdapters(),
  });
  shared.pool.configure(limits);
  return shared;
}

/** Ends every idle Claude process of this Node process, if any turn ever ran in it. */
export async function drainSharedRuntime(): Promise<void> {
  await (globalThis as { [SHARED]?: SharedRuntime })[SHARED]?.pool.drain();
}

/** The bridge on real parts: OpenClaw's configuration, files in the workspace, adapters as processes. */
export function createHostBridge(api: OpenClawPluginApi): ContractorClaudeBridge {
  const readConfig = (): PluginConfig => readPluginConfig(api.runtime.config.current());
  const shared = sharedRuntime(readConfig());
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
