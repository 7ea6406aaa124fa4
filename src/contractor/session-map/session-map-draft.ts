import type { SessionMapChange } from "./session-map-change.ts";
import type { SessionMapEntry } from "./session-map-entry.ts";
import { conversationIdOf, type SessionIndex } from "./session-map-index.ts";
import type { ConversationKey } from "./session-map-store.ts";

/** An intended change of a map: it reads as if it were made, and the map stays as it is until it is on disk. */
export type SessionMapDraft = {
  entriesOf(key: ConversationKey): SessionMapEntry[];
  upsert(entry: SessionMapEntry): void;
  /** Drops the agent's entries; the number of them. */
  removeAgent(agentId: string): number;
  /** Null when nothing is to change. */
  change(): SessionMapChange | null;
};

export function draftOf(index: SessionIndex): SessionMapDraft {
  const upserts = new Map<string, Map<string, SessionMapEntry>>();
  let removed: string | undefined;

  return {
    entriesOf(key) {
      const stored = key.agentId === removed ? [] : index.entriesOf(key);
      const entries = new Map(stored.map((entry) => [entry.claudeSessionId, entry]));
      for (const [id, entry] of upserts.get(conversationIdOf(key)) ?? []) entries.set(id, entry);
      return [...entries.values()];
    },
    upsert(entry) {
      const id = conversationIdOf(entry);
      const entries = upserts.get(id) ?? new Map<string, SessionMapEntry>();
      upserts.set(id, entries.set(entry.claudeSessionId, entry));
    },
    removeAgent(agentId) {
      const gone = index.all().filter((entry) => entry.agentId === agentId);
      for (const entry of gone) upserts.delete(conversationIdOf(entry));
      if (gone.length > 0) removed = agentId;
      return gone.length;
    },
    change() {
      const upsert = [...upserts.values()].flatMap((entries) => [...entries.values()]);
      if (removed === undefined) return upsert.length === 0 ? null : { upsert };
      return { removeAgent: removed, upsert };
    },
  };
}
