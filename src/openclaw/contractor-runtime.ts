import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import {
  createHostBridge,
  createHostNativeSessions,
  hostSpareEvents,
  readHostOverview,
  reapOrphansRegularly,
  watchHostEndpoints,
} from "./bridge-runtime.ts";
import type { Overview, OverviewQuery } from "../overview/overview.ts";
import { adoptIntoNewConversation } from "./adopt-into-conversation.ts";
import { answerChatCommand, type ChatCommandRequest } from "./chat-command.ts";
import { createGatewayMethods, type GatewayMethods } from "./gateway-methods.ts";
import { createHostConversations } from "./host-conversations.ts";
import { expectTurns } from "./expect-turns.ts";
import { createKnownToolLists } from "./known-tool-lists.ts";
import { keepSpares } from "./keep-spares.ts";
import { showOwnLogin } from "./own-login-in-gateway.ts";
import { contractorIdsIn, type HostConfig } from "./plugin-config.ts";
import { runAttempt } from "./run-attempt.ts";
import { createSessionCatalog, type SessionCatalog } from "./session-catalog.ts";
import { createSessionCommands, type SessionCommands } from "./session-commands.ts";
import { createSessionLifecycle, type SessionLifecycle } from "./session-lifecycle.ts";
import type { AttemptParams, AttemptResult } from "./harness-types.ts";

/**
 * All that a Gateway with contractors needs and no other process does. This module brings OpenClaw's agent runtime with it,
 * which takes seconds and some 200 MB to load: `loadRuntime` imports it, and nothing else may.
 */
export type ContractorRuntime = {
  runAttempt(params: AttemptParams): Promise<AttemptResult>;
  commands: SessionCommands;
  lifecycle: SessionLifecycle;
  methods: GatewayMethods;
  sessionCatalog: SessionCatalog;
  answerChatCommand(request: ChatCommandRequest): Promise<string | null>;
  /** Spare sessions, the look-out for turns, the reaper, the watch of endpoints. Returns what stops them. */
  startServices(): () => void;
};

export function createContractorRuntime(
  api: OpenClawPluginApi,
  log: (message: string) => void,
): ContractorRuntime {
  const bridge = (): ContractorClaudeBridge => createHostBridge(api);
  const readHostConfig = (): HostConfig => api.runtime.config.current();
  const dependencies = { bridge, readHostConfig, toolLists: createKnownToolLists(), log };
  const overview = (query: OverviewQuery): Promise<Overview> => readHostOverview(api, query);
  const natives = createHostNativeSessions(api);
  const adoption = { natives, conversations: createHostConversations(api) };
  const sources = { bridge, readHostConfig, overview };
  return {
    runAttempt: (params) => runAttempt(dependencies, params),
    commands: createSessionCommands(dependencies),
    lifecycle: createSessionLifecycle(dependencies),
    methods: createGatewayMethods({
      ...sources,
      natives,
      adoptIntoNewConversation: (session) => adoptIntoNewConversation(adoption, session),
    }),
    sessionCatalog: createSessionCatalog(adoption),
    answerChatCommand: (request) => answerChatCommand(sources, request),
    startServices() {
      const spares = keepSpares({
        bridge,
        agentIds: () => contractorIdsIn(readHostConfig()),
        events: hostSpareEvents(log),
        log,
      });
      const expecting = expectTurns({
        onTranscriptUpdate: api.runtime.events.onSessionTranscriptUpdate,
        isContractor: (agentId) => contractorIdsIn(readHostConfig()).includes(agentId),
        ...{ bridge, readHostConfig },
      });
      const stops = [expecting, reapOrphansRegularly(log), watchHostEndpoints(api, log), showOwnLogin(log)];
      return () => {
        spares.stop();
        for (const stop of stops) stop();
      };
    },
  };
}
