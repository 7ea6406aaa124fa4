import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import type { AdapterInstallation } from "../acp/adapter-installation.ts";
import { adapterLaunch } from "../acp/adapter-launch.ts";
import { createAcpAdapter } from "../acp/create-acp-adapter.ts";
import {
  createContractorClaudeBridge,
  type ContractorClaudeBridge,
} from "../bridge/contractor-claude-bridge.ts";
import type { UnrecordedSession } from "../bridge/bridge-dependencies.ts";
import { createPermissionGrants, type PermissionGrants } from "../bridge/permission-grants.ts";
import { createTurnQueue, type TurnQueue } from "../bridge/turn-queue.ts";
import type { TurnChoices } from "../bridge/turn.ts";
import { PLUGIN_VERSION } from "../config/identifiers.ts";
import { pluginConfigSchema, type PluginConfig } from "../config/schema.ts";
import { buildClaudeBootstrap, readPersonaFiles } from "../contractor/bootstrap.ts";
import { claudeEnvironment } from "../contractor/claude-environment.ts";
import { findClaudeTranscript } from "../contractor/claude-transcripts.ts";
import { createFileOpenTurns } from "../contractor/open-turns.ts";
import { createFileSessionMapStore } from "../contractor/session-map/file-session-map-store.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import type { SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import { readTemplates } from "../contractor/provisioning-record.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { createToolGate, type ToolGate } from "../loopback/tool-gate.ts";
import { createSessionPool, type SessionPool, type SessionPoolOptions } from "../pool/session-pool.ts";
import { contractorEnvironment } from "../process/environment.ts";
import { hostAdapters } from "./host-adapters.ts";
import { createLateAnswers } from "./late-answers.ts";
import { readPluginConfig } from "./plugin-config.ts";

type SharedRuntime = {
  pool: SessionPool;
  queue: TurnQueue;
  adapters: AdapterInstallation;
  gate: ToolGate;
  grants: PermissionGrants;
  choices: Map<string, TurnChoices>;
  /** By workspace. A store keeps what it has read, and what it has yet to write. */
  stores: Map<string, SessionMapStore>;
  unrecorded: Map<string, UnrecordedSession>;
};

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
    gate: createToolGate(),
    grants: createPermissionGrants(),
    choices: new Map(),
    stores: new Map(),
    unrecorded: new Map(),
  });
}

function poolLimits(config: PluginConfig): SessionPoolOptions {
  return { idleMs: config.idleMinutes * 60_000, maxLive: config.maxLiveSessions };
}

/** Ends every idle Claude process of this Node process and writes what its maps have noted, if any turn ever ran in it. */
export async function drainSharedRuntime(log: (message: string) => void): Promise<void> {
  const shared = (globalThis as { [SHARED]?: SharedRuntime })[SHARED];
  if (shared === undefined) return;
  await shared.pool.drain();
  await shared.gate.close();
  // A map that cannot be written must not keep the Gateway from ending; it lacks the latest times of activity then.
  for (const store of shared.stores.values()) {
    await store.flush().catch((cause: unknown) => {
      log(`the session map was not brought up to date: ${unexpectedFailure(cause).toParagraph()}`);
    });
  }
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
  const now = (): Date => new Date();
  const lateAnswers = createLateAnswers(api, (message) => {
    api.logger.warn(message);
  });
  return createContractorClaudeBridge({
    ...shared,
    readConfig,
    openStore(workspace) {
      const store =
        shared.stores.get(workspace) ?? createFileSessionMapStore({ workspace, retention: readConfig });
      shared.stores.set(workspace, store);
      return store;
    },
    async createAdapter(metadata) {
      // A missing key is known at once; a missing adapter takes a download.
      const environment = environmentOf(metadata);
      const program = await shared.adapters.ensure(metadata.adapter);
      const launch = adapterLaunch(metadata.adapter, { program, environment });
      return createAcpAdapter(launch, { gate: shared.gate });
    },
    resolveWorkspace,
    async readBootstrap(metadata) {
      const templates = await readTemplates(metadata.workspace);
      return buildClaudeBootstrap(metadata, await readPersonaFiles(metadata.workspace, templates));
    },
    async findTranscript(sessionId, { workspace, known }) {
      const hint = { workspace, ...(known === undefined ? {} : { path: known }) };
      const found = await findClaudeTranscript(sessionId, contractorEnvironment(process.env, {}), hint);
      return found?.path ?? null;
    },
    openTurns: (workspace) => createFileOpenTurns(workspace, now),
    deliverLateAnswer: (answer) => lateAnswers.deliver(answer),
    uid: process.getuid?.(),
    now,
  });
}

function environmentOf(metadata: ContractorAgentMetadata): Record<string, string> {
  return contractorEnvironment(process.env, claudeEnvironment(metadata, process.env));
}
