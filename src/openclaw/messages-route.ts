import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { PLUGIN_ID } from "../config/identifiers.ts";
import { speakMessagesApi } from "../messages-endpoint/gateway-dialect.ts";
import { createMessagesEndpoint } from "../messages-endpoint/messages-endpoint.ts";
import { readPluginConfig } from "./plugin-config.ts";

/** The base URL of clients is the Gateway's address with this behind it. */
const MESSAGES_PATH = `/${PLUGIN_ID}/anthropic`;

/** Registers the Anthropic Messages endpoint. While it is not enabled, there is nothing at its address. */
export function registerMessagesRoute(api: OpenClawPluginApi, log: (message: string) => void): void {
  const config = (): ReturnType<typeof readPluginConfig> => readPluginConfig(api.runtime.config.current());
  const endpoint = createMessagesEndpoint({
    settings: () => config().messagesEndpoint,
    agentIds: () => Object.keys(config().contractors),
    async runTurn(turn, client) {
      const { runMessagesTurn } = await import("./messages-turn.ts");
      return runMessagesTurn(turn, client);
    },
    log,
  });
  api.registerHttpRoute({
    path: MESSAGES_PATH,
    match: "prefix",
    auth: "gateway",
    async handler(request, response) {
      if (!isEnabled(api)) return false;
      const path = request.url?.split("?", 1)[0]?.slice(MESSAGES_PATH.length) ?? "";
      await endpoint(request, response, path);
      return true;
    },
  });
}

/** Once the Gateway serves; returns the way to end it. */
export function speakMessagesApiAtGateway(api: OpenClawPluginApi): () => void {
  return speakMessagesApi({ basePath: MESSAGES_PATH, isEnabled: () => isEnabled(api) });
}

/** A configuration that is not valid enables nothing. */
function isEnabled(api: OpenClawPluginApi): boolean {
  try {
    return readPluginConfig(api.runtime.config.current()).messagesEndpoint.enabled;
  } catch {
    return false;
  }
}
