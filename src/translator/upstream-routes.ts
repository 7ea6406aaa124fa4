import type { Route } from "../loopback/loopback-server.ts";
import type { ChatUpstream } from "./chat-translator.ts";
import { createCountTokensRoute } from "./count-tokens-route.ts";
import { createMessagesRoute } from "./messages-route.ts";
import { createModelsRoute } from "./models-route.ts";

/** The part of the Messages API that Claude Code uses, with this upstream behind it. */
export function upstreamRoutes(upstream: ChatUpstream): Record<string, Route> {
  return {
    "/v1/messages": createMessagesRoute(upstream),
    "/v1/messages/count_tokens": createCountTokensRoute(),
    "/v1/models": createModelsRoute(upstream),
  };
}
