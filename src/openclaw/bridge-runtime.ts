import { EventEmitter } from "node:events";
import { totalmem } from "node:os";
import { join } from "node:path";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import type { AdapterInstallation } from "../acp/adapter-installation.ts";
import { adapterLaunch } from "../acp/adapter-launch.ts";
import { canBeManaged, reportsCost } from "../acp/adapter-packages.ts";
import { createAcpAdapter } from "../acp/create-acp-adapter.ts";
import {
  createContractorClaudeBridge,
  type ContractorClaudeBridge,
} from "../bridge/contractor-claude-bridge.ts";
import type { BridgeDependencies, UnrecordedSession } from "../bridge/bridge-dependencies.ts";
import { createLatestTools, type LatestTools } from "../bridge/latest-tools.ts";
import { createLiveTurns, type LiveTurns } from "../bridge/live-turns.ts";
import { createPermissionGrants, type PermissionGrants } from "../bridge/permission-grants.ts";
import { createRecentFailures, type RecentFailures } from "../bridge/recent-failures.ts";
import { createTurnQueue, type TurnQueue } from "../bridge/turn-queue.ts";
import type { TurnChoices } from "../bridge/turn.ts";
import { LEASES_FOLDER, PLUGIN_ID } from "../config/identifiers.ts";
import { pluginConfigSchema, type PluginConfig } from "../config/schema.ts";
import { buildClaudeBootstrap, readPersonaFiles } from "../contractor/bootstrap.ts";
import { claudeContextStamp } from "../contractor/claude-context-stamp.ts";
import { claudeEnvironment, claudeFolderEnvironment } from "../contractor/claude-environment.ts";
import {
  claudeConfigFolder,
  findClaudeTranscript,
  holdsConversation,
} from "../contractor/claude-transcripts.ts";
import { createFileOpenTurns } from "../contractor/open-turns.ts";
import { createFileSessionMapStore } from "../contractor/session-map/file-session-map-store.ts";
import { createFileSpendingLedger } from "../contractor/spending/file-spending-ledger.ts";
import type { SpendingLedger } from "../contractor/spending/spending-ledger.ts";
import { createFileTurnLog, type TurnLog } from "../contractor/turn-log/file-turn-log.ts";
import { turnLogFolderOf } from "../contractor/turn-log/turn-log-files.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import type { SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import { readTemplates } from "../contractor/provisioning-record.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { provisionOf, type Provision } from "../endpoint/provider-pins.ts";
import { createLimitBook, limitsPathOf, type LimitBook } from "../endpoint/limit-book.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { createToolGate, type ToolGate } from "../loopback/tool-gate.ts";
import { liveStateOf } from "../overview/live-state.ts";
import type { Overview, OverviewQuery } from "../overview/overview.ts";
import { readOverview } from "../overview/read-overview.ts";
import { createSessionPool, type SessionPool, type SessionPoolOptions } from "../pool/session-pool.ts";
import { createProcessLeases, type ProcessLeases } from "../process/process-leases.ts";
import { reapRegularly } from "../process/reap-regularly.ts";
import { contractorEnvironment } from "../process/environment.ts";
import { endpointAccess } from "./endpoint-access.ts";
import { hostAdapters } from "./host-adapters.ts";
import { givenMcpServers } from "./mcp-servers.ts";
import { createLateAnswers } from "./late-answers.ts";
import { createChatTranslator, type ChatTranslator } from "../translator/chat-translator.ts";
import { createNativeSessions, type NativeSessions } from "./native-sessions.ts";
import { readPluginConfig, type HostConfig } from "./plugin-config.ts";
import type { SpareEvents } from "./keep-spares.ts";
import { SHARED_RUNTIME, type Drainable } from "./shared-runtime.ts";
import { watchEndpoints } from "./watch-endpoints.ts";

type SharedRuntime = {
  translator: ChatTranslator;
  limits: LimitBook;
  turnLog: TurnLog;
  leases: ProcessLeases;
  pool: SessionPool;
  /** By agent. */
  wantedSpares: EventEmitter<{ wanted: [agentId: string] }>;
  queue: TurnQueue;
  adapters: AdapterInstallation;
  gate: ToolGate;
  grants: PermissionGrants;
  choices: Map<string, TurnChoices>;
  latestTools: LatestTools;
  /** By workspace. A store keeps what it has read, and what it has yet to write. */
  stores: Map<string, SessionMapStore>;
  /** By workspace, as the stores. */
  ledgers: Map<string, SpendingLedger>;
  failures: RecentFailures;
  liveTurns: LiveTurns;
  seenCosts: Map<string, number>;
  unrecorded: Map<string, UnrecordedSession>;
} & Drainable;

function sharedRuntime(log: (message: string) => void): SharedRuntime {
  const registry = globalThis as { [SHARED_RUNTIME]?: SharedRuntime };
  return (registry[SHARED_RUNTIME] ??= newRuntime(log));
}

function newRuntime(log: (message: string) => void): SharedRuntime {
  const runtime: SharedRuntime = {
    translator: createChatTranslator(),
    limits: createLimitBook({ path: limitsPathOf(resolveStateDir()), log }),
    turnLog: createFileTurnLog({ folder: turnLogFolderOf(resolveStateDir()), log }),
    leases: createProcessLeases({ folder: join(resolveStateDir(), PLUGIN_ID, LEASES_FOLDER), log }),
    pool: createSessionPool(poolLimits(pluginConfigSchema.parse({}))),
    wantedSpares: new EventEmitter(),
    queue: createTurnQueue(),
    adapters: hostAdapters(),
    gate: createToolGate(),
    grants: createPermissionGrants(),
    choices: new Map(),
    latestTools: createLatestTools({ path: join(resolveStateDir(), PLUGIN_ID, "latest-tools.json"), log }),
    stores: new Map(),
    ledgers: new Map(),
    failures: createRecentFailures(),
    liveTurns: createLiveTurns(),
    seenCosts: new Map(),
    unrecorded: new Map(),
    drain: (logTo) => drain(runtime, logTo),
  };
  return runtime;
}

/** Long enough for most turns to end, and short enough for a person to wait for. */
const WAIT_FOR_PLACE_MS = 120_000;

function poolLimits(config: PluginConfig): SessionPoolOptions {
  const { idleMinutes, maxLiveSessions, maxMemoryMb, spareSessions } = config;
  return {
    idleMs: idleMinutes * 60_000,
    maxLive: maxLiveSessions,
    maxBytes: maxMemoryMb === undefined ? machineBytes() / 2 : maxMemoryMb * 1024 ** 2,
    spares: spareSessions > 0,
    waitMs: WAIT_FOR_PLACE_MS,
  };
}

/** A container may have less than its machine. */
function machineBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Ends what Gateways that were killed have left behind, now and regularly. Returns what stops it. */
export function reapOrphansRegularly(log: (message: string) => void): () => void {
  return reapRegularly(sharedRuntime(log).leases, { log });
}

/** When spare sessions may be missing. */
export function hostSpareEvents(log: (message: string) => void): SpareEvents {
  const { pool, wantedSpares } = sharedRuntime(log);
  return {
    onRoom: (listener) => pool.onRoom(listener),
    onWanted(listener) {
      wantedSpares.on("wanted", listener);
      return () => wantedSpares.off("wanted", listener);
    },
  };
}

/** Looks regularly whether the endpoints are there that another one can stand in for. Returns what stops it. */
export function watchHostEndpoints(api: OpenClawPluginApi, log: (message: string) => void): () => void {
  const readConfig = (): PluginConfig => readPluginConfig(api.runtime.config.current());
  return watchEndpoints({ readConfig, limits: sharedRuntime(log).limits, log, ambient: process.env });
}

async function drain(shared: SharedRuntime, log: (message: string) => void): Promise<void> {
  await shared.pool.drain();
  await shared.gate.close();
  await shared.translator.close();
  await shared.limits.flush();
  await shared.latestTools.flush();
  await shared.turnLog.flush();
  // A map that cannot be written must not keep the Gateway from ending; it lacks the latest times of activity then.
  for (const store of shared.stores.values()) {
    await store.flush().catch((cause: unknown) => {
      log(`the session map was not brought up to date: ${unexpectedFailure(cause).toParagraph()}`);
    });
  }
  for (const ledger of shared.ledgers.values()) {
    await ledger.flush().catch((cause: unknown) => {
      log(`what was used last is not counted: ${unexpectedFailure(cause).toParagraph()}`);
    });
  }
}

/** The bridge on real parts: OpenClaw's configuration, files in the workspace, adapters as processes. */
export function createHostBridge(api: OpenClawPluginApi): ContractorClaudeBridge {
  return createContractorClaudeBridge(hostDependencies(api));
}

/** Claude Code's own sessions, by the same session maps as the turns. */
export function createHostNativeSessions(api: OpenClawPluginApi): NativeSessions {
  const sources = (): BridgeDependencies => hostDependencies(api);
  return createNativeSessions({
    readConfig: () => sources().readConfig(),
    openStore: (workspace) => sources().openStore(workspace),
    ambient: process.env,
    now: () => new Date(),
  });
}

/** What is running in this process. */
export async function readHostOverview(api: OpenClawPluginApi, query: OverviewQuery): Promise<Overview> {
  const dependencies = hostDependencies(api);
  const config = dependencies.readConfig();
  return readOverview({ ...dependencies, config, reportsCost, live: liveStateOf(dependencies) }, query);
}

function hostDependencies(api: OpenClawPluginApi): BridgeDependencies {
  const log = (message: string): void => {
    api.logger.warn(message);
  };
  const shared = sharedRuntime(log);
  // Read anew for each turn: a setting applies from the next one on.
  const readConfig = (): PluginConfig => {
    const config = readPluginConfig(api.runtime.config.current());
    shared.pool.configure(poolLimits(config));
    return config;
  };
  const readHostConfig = (): HostConfig => api.runtime.config.current();
  const now = (): Date => new Date();
  const lateAnswers = createLateAnswers(api, log);
  return {
    ...shared,
    spareWanted(agentId) {
      shared.wantedSpares.emit("wanted", agentId);
    },
    readConfig,
    openStore(workspace) {
      const store =
        shared.stores.get(workspace) ?? createFileSessionMapStore({ workspace, retention: readConfig });
      shared.stores.set(workspace, store);
      return store;
    },
    openSpending(workspace) {
      const ledger =
        shared.ledgers.get(workspace) ??
        createFileSpendingLedger({
          workspace,
          onProblem(error) {
            log(`what was used is not written yet: ${error.toParagraph()}`);
          },
        });
      shared.ledgers.set(workspace, ledger);
      return ledger;
    },
    async createAdapter(metadata) {
      // A missing key is known at once; a missing adapter takes a download.
      const mcp = givenMcpServers(api.runtime.config.current(), metadata.mcpServers);
      const { environment, settings } = await provisionFor(metadata, {
        readConfig: readHostConfig,
        translator: shared.translator,
      });
      for (const { name, reason } of mcp.left) {
        log(`${metadata.agentId} goes without the MCP server ${name}: ${reason}`);
      }
      const program = await shared.adapters.ensure(metadata.adapter);
      const lease = { leases: shared.leases, purpose: `Claude session of ${metadata.agentId}` };
      const folder = join(resolveStateDir(), PLUGIN_ID);
      const launch = await adapterLaunch(metadata.adapter, {
        ...{ program, settings, folder, lease },
        environment: { ...environment, ...mcp.environment },
      });
      return createAcpAdapter(launch, { gate: shared.gate });
    },
    resolveWorkspace,
    readMcpServers: (metadata) => givenMcpServers(api.runtime.config.current(), metadata.mcpServers).servers,
    async readBootstrap(metadata) {
      const templates = await readTemplates(metadata.workspace);
      return buildClaudeBootstrap(metadata, await readPersonaFiles(metadata.workspace, templates));
    },
    readContextStamp({ claudeConfigDir }, workspace) {
      const configFolder = claudeConfigFolder(claudeFolderEnvironment(process.env, { claudeConfigDir }));
      return claudeContextStamp(workspace, { configFolder, now: now() });
    },
    async findTranscript(sessionId, { workspace, known, configDir }) {
      const hint = { workspace, ...(known === undefined ? {} : { path: known }) };
      const found = await findClaudeTranscript(
        sessionId,
        claudeFolderEnvironment(process.env, { claudeConfigDir: configDir }),
        hint,
      );
      return found?.path ?? null;
    },
    holdsConversation,
    openTurns: (workspace) => createFileOpenTurns(workspace, now),
    deliverLateAnswer: (answer) => lateAnswers.deliver(answer),
    uid: process.getuid?.(),
    log,
    now,
  };
}

/** What a contractor's process is started with. Rejects with `endpoint-key-missing`. */
async function provisionFor(
  metadata: ContractorAgentMetadata,
  host: Parameters<typeof endpointAccess>[1],
): Promise<Provision> {
  const { endpoint, adapter } = metadata;
  const access = endpoint === undefined ? undefined : await endpointAccess(endpoint, host);
  const own = claudeEnvironment(metadata, { access, ambient: process.env });
  const hasEndpoint = endpoint !== undefined;
  const provision = provisionOf(own, { managed: canBeManaged(adapter), hasEndpoint });
  return { ...provision, environment: contractorEnvironment(process.env, provision.environment) };
}
