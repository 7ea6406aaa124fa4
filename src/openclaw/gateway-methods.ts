import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { z } from "zod";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { PLUGIN_ID } from "../config/identifiers.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import { overviewQuerySchema, type Overview, type OverviewQuery } from "../overview/overview.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import { answerRequest, parseParams } from "./gateway-answer.ts";

/** Params `{agentId, sessionKey}`; answers `{closed}`: the entry that was ended, or null when none was active. */
export const RESET_SESSION_METHOD = `${PLUGIN_ID}.resetSession`;

/** Params `{agentId?, ended?}`; answers an `Overview`. */
export const OVERVIEW_METHOD = `${PLUGIN_ID}.overview`;

/** What the methods are answered from; called at a request. */
export type GatewayMethodSources = {
  bridge: () => Pick<ContractorClaudeBridge, "resetConversation">;
  overview: (query: OverviewQuery) => Promise<Overview>;
};

/** What may be asked of the Gateway that runs the turns, by the commands among others. */
export function registerGatewayMethods(api: OpenClawPluginApi, sources: GatewayMethodSources): void {
  api.registerGatewayMethod(
    RESET_SESSION_METHOD,
    (request) =>
      answerRequest(request, async () => {
        const { agentId, sessionKey } = parseParams(request.params, {
          schema: conversationSchema,
          method: RESET_SESSION_METHOD,
          example: '{"agentId": "…", "sessionKey": "…"}',
        });
        const key = conversationKeyOf({ config: api.runtime.config.current(), agentId, sessionKey });
        const closed: SessionMapEntry | null = await sources.bridge().resetConversation(key, "reset");
        return { closed };
      }),
    { scope: "operator.write" },
  );
  api.registerGatewayMethod(
    OVERVIEW_METHOD,
    (request) =>
      answerRequest(request, () =>
        sources.overview(
          parseParams(request.params, {
            schema: overviewQuerySchema,
            method: OVERVIEW_METHOD,
            example: '{"agentId": "…", "ended": true}, or nothing',
          }),
        ),
      ),
    { scope: "operator.read" },
  );
}

const conversationSchema = z.strictObject({ agentId: z.string().min(1), sessionKey: z.string().min(1) });
