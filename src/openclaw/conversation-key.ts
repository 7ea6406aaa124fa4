import { canonicalizeMainSessionAlias } from "openclaw/plugin-sdk/session-store-runtime";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import type { HostConfig } from "./plugin-config.ts";

/**
 * Names a conversation as OpenClaw itself stores it. Its main session goes by several names ("main", the configured
 * `session.mainKey`, `agent:<id>:main`), and two names must not become two Claude sessions.
 */
export function conversationKeyOf(conversation: {
  config: HostConfig;
  agentId: string;
  sessionKey: string;
}): ConversationKey {
  const { config: cfg, agentId, sessionKey } = conversation;
  return { agentId, openclawSessionKey: canonicalizeMainSessionAlias({ cfg, agentId, sessionKey }) };
}
