import type { GatewayRequestHandlerOptions } from "openclaw/plugin-sdk/gateway-runtime";
import { z } from "zod";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import { overviewQuerySchema, type Overview, type OverviewQuery } from "../overview/overview.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import { answerRequest, parseParams } from "./gateway-answer.ts";
import { OVERVIEW_METHOD, RESET_SESSION_METHOD } from "./gateway-method-names.ts";
import type { HostConfig } from "./plugin-config.ts";

/** What the methods are answered from; called at a request. */
export type GatewayMethodSources = {
  readHostConfig: () => HostConfig;
  bridge: () => Pick<ContractorClaudeBridge, "resetConversation">;
  overview: (query: OverviewQuery) => Promise<Overview>;
};

type Request = Pick<GatewayRequestHandlerOptions, "params" | "respond">;

/** The Gateway's methods of this plugin; each answers its request, with a failure too. */
export type GatewayMethods = Record<"resetSession" | "overview", (request: Request) => Promise<void>>;

export function createGatewayMethods(sources: GatewayMethodSources): GatewayMethods {
  return {
    resetSession: (request) =>
      answerRequest(request, async () => {
        const { agentId, sessionKey } = parseParams(request.params, {
          schema: conversationSchema,
          method: RESET_SESSION_METHOD,
          example: '{"agentId": "…", "sessionKey": "…"}',
        });
        const key = conversationKeyOf({ config: sources.readHostConfig(), agentId, sessionKey });
        const closed: SessionMapEntry | null = await sources.bridge().resetConversation(key, "reset");
        return { closed };
      }),
    overview: (request) =>
      answerRequest(request, () =>
        sources.overview(
          parseParams(request.params, {
            schema: overviewQuerySchema,
            method: OVERVIEW_METHOD,
            example: '{"agentId": "…", "ended": true}, or nothing',
          }),
        ),
      ),
  };
}

const conversationSchema = z.strictObject({ agentId: z.string().min(1), sessionKey: z.string().min(1) });
