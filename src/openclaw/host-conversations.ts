import {
  importSessionCatalogHistory,
  type SessionsCatalogReadResult,
} from "openclaw/plugin-sdk/session-catalog";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { HARNESS_ID, PLUGIN_ID } from "../config/identifiers.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";

type Config = Parameters<OpenClawPluginApi["runtime"]["agent"]["session"]["createSessionEntry"]>[0]["cfg"];

/** A page of a record, the latest first. */
export type ReadPage = (page: { limit: number; cursor?: string }) => Promise<SessionsCatalogReadResult>;

/** What a new conversation is begun with. */
export type NewConversation = {
  key: ConversationKey;
  title: string;
  /** When this rejects, there is no conversation. */
  bind: (key: ConversationKey) => Promise<unknown>;
  /** What was said before, in the record of the Claude session `claudeSessionId`. */
  history: { claudeSessionId: string; read: ReadPage };
};

/** OpenClaw's own conversations, as far as they are made here. */
export type HostConversations = {
  has(key: ConversationKey): boolean;
  /** Resolves to its session key. Rejects as `bind`, and when OpenClaw does not make it. */
  create(conversation: NewConversation): Promise<string>;
};

/** `api.runtime` is touched when something is asked for, and not before. */
export function createHostConversations(api: OpenClawPluginApi): HostConversations {
  return {
    has: ({ agentId, openclawSessionKey: sessionKey }) =>
      api.runtime.agent.session.getSessionEntry({ agentId, sessionKey }) !== undefined,
    async create({ key: { agentId, openclawSessionKey }, title, bind, history }) {
      const { claudeSessionId: threadId, read } = history;
      // The host gives its configuration as read-only, and takes it as it is all the same.
      const config = api.runtime.config.current() as Config;
      const created = await api.runtime.agent.session.createSessionEntry({
        ...{ cfg: config, key: openclawSessionKey, agentId, displayName: title },
        initialEntry: { agentHarnessId: HARNESS_ID },
        async afterCreate({ key: sessionKey, sessionId }) {
          await bind({ agentId, openclawSessionKey: sessionKey });
          await importSessionCatalogHistory({
            ...{ catalogId: PLUGIN_ID, threadId, sessionId, sessionKey, agentId, config, read },
          });
        },
      });
      return created.key;
    },
  };
}
