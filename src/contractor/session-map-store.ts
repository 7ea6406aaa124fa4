import type { SessionMapEntry } from "./session-map-entry.ts";

/** Names one OpenClaw conversation. Both parts together are the identity; neither is enough alone. */
export type ConversationKey = {
  agentId: string;
  openclawSessionKey: string;
};

/**
 * OpenClaw session -> Claude session. At most one `active` entry exists for a conversation; older entries stay
 * as `closed` or `orphaned` history.
 *
 * Errors (`ContractorError`): `session-map-invalid` (what is stored, or the entry to store, does not fit the schema),
 * `session-map-future-version`, `session-map-locked` (retryable), `state-unusable`; a store that belongs to a workspace
 * also has `workspace-missing` and `workspace-not-a-folder`. A failed write leaves what was stored before, whole.
 *
 * The calls that change one store apply in the order in which they were made. Entries are copies: changing one changes
 * nothing that is stored.
 */
export type SessionMapStore = {
  /** The conversation's active entry, or null. */
  get(key: ConversationKey): Promise<SessionMapEntry | null>;
  /**
   * Stores an entry. When it is `active`, an active entry of the same conversation with another Claude session becomes
   * `closed` in the same write. The entry with the same conversation and Claude session is replaced, unknown
   * fields of the stored one kept.
   */
  put(entry: SessionMapEntry): Promise<void>;
  /** Active -> closed (a reset, a deletion). Resolves to the entry that was closed, or null when none was active. */
  close(key: ConversationKey): Promise<SessionMapEntry | null>;
  /** Active -> orphaned: its Claude session is proven to be gone. Resolves as `close` does. */
  markOrphaned(key: ConversationKey): Promise<SessionMapEntry | null>;
  /** All entries in any state, of one agent or of all, oldest activity first. */
  list(agentId?: string): Promise<SessionMapEntry[]>;
  /** Drops every entry of an agent; the number dropped. */
  removeAgent(agentId: string): Promise<number>;
};
