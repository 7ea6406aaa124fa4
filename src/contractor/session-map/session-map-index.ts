import type { SessionMapChange } from "./session-map-change.ts";
import type { SessionMapEntry, SessionMapFile } from "./session-map-entry.ts";
import type { ConversationKey } from "./session-map-store.ts";

/** A map in memory. What a change or a lookup costs does not depend on the number of entries. */
export type SessionIndex = {
  /** The conversation's entries in any state. They are the stored ones: read them, copy them, never change them. */
  entriesOf(key: ConversationKey): SessionMapEntry[];
  all(): SessionMapEntry[];
  apply(change: SessionMapChange): void;
  /** What the file says beside the sessions. */
  readonly rest: Pick<SessionMapFile, "version" | "incidents">;
};

export function createSessionIndex({ sessions, ...rest }: SessionMapFile): SessionIndex {
  const conversations = new Map<string, Map<string, SessionMapEntry>>();

  const upsert = (entry: SessionMapEntry): void => {
    const id = conversationIdOf(entry);
    const entries = conversations.get(id);
    if (entries === undefined) conversations.set(id, new Map([[entry.claudeSessionId, entry]]));
    else entries.set(entry.claudeSessionId, entry);
  };

  const removeAgent = (agentId: string): void => {
    for (const [id, entries] of conversations) {
      if ([...entries.values()].some((entry) => entry.agentId === agentId)) conversations.delete(id);
    }
  };

  for (const entry of sessions) upsert(entry);
  return {
    rest,
    entriesOf: (key) => [...(conversations.get(conversationIdOf(key))?.values() ?? [])],
    all: () => [...conversations.values()].flatMap((entries) => [...entries.values()]),
    apply(change) {
      if (change.removeAgent !== undefined) removeAgent(change.removeAgent);
      for (const entry of change.upsert) upsert(entry);
    },
  };
}

/** The length keeps the two parts apart: either may hold any character. */
export function conversationIdOf({ agentId, openclawSessionKey }: ConversationKey): string {
  return `${agentId.length}:${agentId}${openclawSessionKey}`;
}

/** Names one entry: a conversation and a Claude session. */
export function entryIdOf({
  claudeSessionId,
  ...key
}: ConversationKey & Pick<SessionMapEntry, "claudeSessionId">): string {
  return `${claudeSessionId.length}:${claudeSessionId}${conversationIdOf(key)}`;
}
