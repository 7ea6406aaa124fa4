import type { GatewayRequestHandlerOptions } from "openclaw/plugin-sdk/gateway-runtime";
import { z } from "zod";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import {
  ADOPT_SESSION_METHOD,
  CLAUDE_SESSIONS_METHOD,
  OVERVIEW_METHOD,
  RESET_SESSION_METHOD,
  STOP_TURN_METHOD,
} from "../config/gateway-method-names.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import { overviewQuerySchema, type Overview, type OverviewQuery } from "../overview/overview.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import { answerRequest, parseParams } from "./gateway-answer.ts";
import type { NativeSessions } from "./native-sessions.ts";
import type { HostConfig } from "./plugin-config.ts";

/** What the methods are answered from; called at a request. */
export type GatewayMethodSources = {
  readHostConfig: () => HostConfig;
  bridge: () => Pick<ContractorClaudeBridge, "resetConversation" | "interruptConversation">;
  overview: (query: OverviewQuery) => Promise<Overview>;
  natives: Pick<NativeSessions, "list" | "adopt">;
  /** Resolves to the session key of the conversation. */
  adoptIntoNewConversation: (session: { agentId: string; claudeSessionId: string }) => Promise<string>;
};

type Request = Pick<GatewayRequestHandlerOptions, "params" | "respond">;

/** The Gateway's methods of this plugin; each answers its request, with a failure too. */
export type GatewayMethods = Record<
  "overview" | "resetSession" | "stopTurn" | "claudeSessions" | "adoptSession",
  (request: Request) => Promise<void>
>;

const id = z.string().min(1);
const conversationSchema = z.strictObject({ agentId: id, sessionKey: id });
const agentSchema = z.strictObject({ agentId: id });
const adoptionSchema = z.strictObject({ agentId: id, claudeSessionId: id, sessionKey: id.optional() });

/** What each method takes. */
const PARAMS = {
  overview: {
    schema: overviewQuerySchema,
    method: OVERVIEW_METHOD,
    example: '{"agentId": "…", "ended": true}, or nothing',
  },
  resetSession: {
    schema: conversationSchema,
    method: RESET_SESSION_METHOD,
    example: '{"agentId": "…", "sessionKey": "…"}',
  },
  stopTurn: {
    schema: conversationSchema,
    method: STOP_TURN_METHOD,
    example: '{"agentId": "…", "sessionKey": "…"}',
  },
  claudeSessions: { schema: agentSchema, method: CLAUDE_SESSIONS_METHOD, example: '{"agentId": "…"}' },
  adoptSession: {
    schema: adoptionSchema,
    method: ADOPT_SESSION_METHOD,
    example: '{"agentId": "…", "claudeSessionId": "…", "sessionKey": "…"}, the last one if you like',
  },
} as const;

export function createGatewayMethods(sources: GatewayMethodSources): GatewayMethods {
  const { bridge, natives } = sources;

  function keyOf(conversation: { agentId: string; sessionKey: string }): ConversationKey {
    return conversationKeyOf({ config: sources.readHostConfig(), ...conversation });
  }

  return {
    overview: (request) =>
      answerRequest(request, () => sources.overview(parseParams(request.params, PARAMS.overview))),
    resetSession: (request) =>
      answerRequest(request, async () => {
        const key = keyOf(parseParams(request.params, PARAMS.resetSession));
        return { closed: await bridge().resetConversation(key, "reset") };
      }),
    stopTurn: (request) =>
      answerRequest(request, async () => {
        await bridge().interruptConversation(keyOf(parseParams(request.params, PARAMS.stopTurn)));
        return {};
      }),
    claudeSessions: (request) =>
      answerRequest(request, async () => {
        return { sessions: await natives.list(parseParams(request.params, PARAMS.claudeSessions)) };
      }),
    adoptSession: (request) =>
      answerRequest(request, async () => {
        const { sessionKey, ...session } = parseParams(request.params, PARAMS.adoptSession);
        if (sessionKey === undefined) return { sessionKey: await sources.adoptIntoNewConversation(session) };
        const key = keyOf({ agentId: session.agentId, sessionKey });
        await natives.adopt(key, session.claudeSessionId);
        return { sessionKey: key.openclawSessionKey };
      }),
  };
}
