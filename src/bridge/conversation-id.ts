import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";

/** Agent and session key in one string; the separator cannot occur in an agent id. */
export function conversationId(key: ConversationKey): string {
  return `${key.agentId} ${key.openclawSessionKey}`;
}

/** The conversation that `conversationId` has named. */
export function conversationKeyOfId(id: string): ConversationKey {
  const separator = id.indexOf(" ");
  return { agentId: id.slice(0, separator), openclawSessionKey: id.slice(separator + 1) };
}
