import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { reportsCost } from "../acp/adapter-packages.ts";
import type { HistoryMessage } from "../bridge/turn.ts";
import type { AdapterName, ContractorConfig, PluginConfig } from "../config/schema.ts";
import { claudeFolderEnvironment } from "../contractor/claude-environment.ts";
import { createFileOpenTurns, type OpenTurns } from "../contractor/open-turns.ts";
import { createFileSessionMapStore } from "../contractor/session-map/file-session-map-store.ts";
import { createFileSpendingLedger } from "../contractor/spending/file-spending-ledger.ts";
import type { SpendingLedger } from "../contractor/spending/spending-ledger.ts";
import type { ConversationMessage } from "../contractor/conversation/conversation-message.ts";
import type { SecretRedactor } from "../contractor/conversation/redaction.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import { isCloud, type NamedEndpoint } from "../endpoint/endpoint-key.ts";
import { probeAddressOf, type ProbeAddress } from "../endpoint/endpoint-probe.ts";
import { createLimitBook, limitsPathOf, type LimitBook } from "../endpoint/limit-book.ts";
import { ANTHROPIC_API } from "../endpoint/provider-pins.ts";
import type { OverviewQuery } from "../overview/overview.ts";
import { createChatTranslator } from "../translator/chat-translator.ts";
import {
  agentIdsOf,
  createAgentConfigWriter,
  type AgentConfigWriter,
  type ConfigMutator,
} from "./agent-config-writer.ts";
import { createBaseAgent, deleteBaseAgent } from "./agents-add-runner.ts";
import { backUpConfig, type ConfigBackup } from "./config-backup.ts";
import type { GatewayOverview, GatewayReset } from "./gateway-client.ts";
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
  /** Whether it will be known what a turn with this adapter costs. */
  reportsCost(name: AdapterName): boolean;
  /** Installs an adapter that is missing. Rejects with `adapter-missing`. */
  ensureAdapter(name: AdapterName): Promise<string>;
  createBaseAgent(agent: { agentId: string; workspace: string }): Promise<void>;
  deleteBaseAgent(agentId: string): Promise<void>;
  openStore(workspace: string): SessionMapStore;
  openTurns(workspace: string): OpenTurns;
  openSpending(workspace: string): SpendingLedger;
  /** The conversation that a person means with a session key. */
  conversationKeyOf(conversation: { agentId: string; sessionKey: string }): Promise<ConversationKey>;
  /** What OpenClaw has of the conversation since its last reset, oldest first; empty when it does not know it. */
  readHistory(key: ConversationKey): Promise<ConversationMessage[]>;
  /** OpenClaw's own way to tell secrets in text. */
  loadRedactor(): Promise<SecretRedactor>;
  isGatewayReachable(): Promise<boolean>;
  /** Rejects with the error that the Gateway's own attempt failed with. */
  resetThroughGateway(key: ConversationKey): Promise<GatewayReset>;
  /** Rejects with the error that the Gateway's own attempt failed with. */
  overviewFromGateway(query: OverviewQuery): Promise<GatewayOverview>;
  /** Where an endpoint can be asked over HTTP, with its key; null for one that only Claude Code can ask. */
  probeAddress(endpoint: NamedEndpoint): Promise<ProbeAddress | null>;
  /** Endpoints that took no requests, as a Gateway has noted. */
  limits: Pick<LimitBook, "limitOf" | "list">;
  /** Names of the variables that are set where the command runs; mostly the Gateway's, too. */
  ambientVariables: string[];
  /** What a contractor's Claude Code sees of this user's environment; the Gateway's may be another one. */
  claudeEnvironmentOf(contractor: Pick<ContractorConfig, "claudeConfigDir">): Record<string, string>;
  /** OpenClaw's state folder. */
  stateDir: string;
  /** The user who runs this command; undefined on systems without. */
  uid: number | undefined;
  now(): Date;
};

/**
 * What one command works with. `hostConfig` is what the host has read for this command; `api.runtime` is left alone until
 * a command writes. Throws `config-invalid`.
 */
export function createHostCliContext(
  api: ConfigMutator,
  hostConfig: HostConfig,
  config = readPluginConfig(hostConfig),
): HostCliContext {
  const adapters = hostAdapters();
  const translator = createChatTranslator();
  // A long map is read once for all that a command wants to know of it.
  const stores = new Map<string, SessionMapStore>();
  return {
    config,
    agentIds: agentIdsOf(hostConfig),
    configWriter: createAgentConfigWriter(api),
    backUpConfig,
    isAdapterInstalled: async (name) => (await adapters.find(name)) !== null,
    reportsCost,
    ensureAdapter: (name) => adapters.ensure(name),
    createBaseAgent,
    deleteBaseAgent,
    openTurns: (workspace) => createFileOpenTurns(workspace, () => new Date()),
    openSpending: (workspace) => createFileSpendingLedger({ workspace }),
    openStore(workspace) {
      const store =
        stores.get(workspace) ?? createFileSessionMapStore({ workspace, retention: () => config });
      stores.set(workspace, store);
      return store;
    },
    // What a command may need of OpenClaw's larger parts is loaded by the command that does.
    async conversationKeyOf(conversation) {
      const { conversationKeyOf } = await import("./conversation-key.ts");
      return conversationKeyOf({ config: hostConfig, ...conversation });
    },
    async readHistory(key) {
      const { readStoredHistory } = await import("./conversation-history.ts");
      return (await readStoredHistory(key)).map(messageOf);
    },
    async loadRedactor() {
      return (await import("./host-redactor.ts")).HOST_REDACTOR;
    },
    async isGatewayReachable() {
      const { isGatewayReachable } = await import("./gateway-probe.ts");
      return isGatewayReachable(GATEWAY_PROBE_MS);
    },
    async resetThroughGateway(key) {
      const { resetThroughGateway } = await import("./gateway-client.ts");
      return resetThroughGateway(key);
    },
    async overviewFromGateway(query) {
      const { overviewFromGateway } = await import("./gateway-client.ts");
      return overviewFromGateway(query);
    },
    async probeAddress(endpoint) {
      const { endpointAccess } = await import("./endpoint-access.ts");
      const { baseUrl = ANTHROPIC_API, key } = await endpointAccess(endpoint, {
        readConfig: () => hostConfig,
        translator,
      });
      return isCloud(endpoint) ? null : probeAddressOf(endpoint, { baseUrl, key });
    },
    limits: createLimitBook({ path: limitsPathOf(resolveStateDir()), log: () => undefined }),
    ambientVariables: Object.keys(process.env),
    claudeEnvironmentOf: (contractor) => claudeFolderEnvironment(process.env, contractor),
    stateDir: resolveStateDir(),
    uid: process.getuid?.(),
    now: () => new Date(),
  };
}

function messageOf({ role, text, at }: HistoryMessage): ConversationMessage {
  return { role, content: text, at: at ?? null };
}
