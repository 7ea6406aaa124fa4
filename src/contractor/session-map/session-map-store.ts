import type { EndReason, SessionMapEntry } from "./session-map-entry.ts";

/** Names one OpenClaw conversation. Both parts together are the identity; neither is enough alone. */
export type ConversationKey = {
  agentId: string;
  openclawSessionKey: string;
};

/** What a turn changes in an entry that stays active. Fields that are left out stay as they are. */
export type SessionActivity = {
  key: ConversationKey;
  /** The Claude session that took the turn. */
  claudeSessionId: string;
  /** ISO timestamp of the turn's end; the entry's count of turns goes up by one. */
  at: string;
  changes?: Partial<
    Pick<
      SessionMapEntry,
      | "lifecycle"
      | "transcript"
      | "seedPending"
      | "costUsd"
      | "usage"
      | "contextTokens"
      | "contextWindow"
      | "endpoint"
    >
  >;
};

/** A map file that could not be read and was moved aside. */
export type SessionMapIncident = {
  /** ISO timestamp. */
  at: string;
  /** Absolute path that the damaged file has now. */
  movedTo: string;
  /** What was wrong with it, as one clause. */
  problem: string;
  /** Entries that were restored from the copy; without a copy 0. */
  restored: number;
};

/** A close that is carried out, or taken back, synchronously at the edge of somebody else's transaction. */
export type PreparedClose = {
  /** The entry that `commit` closes; null when the conversation has none. */
  readonly entry: SessionMapEntry | null;
  /** Closes it, durably. Throws as `close` rejects. */
  commit(): void;
  /** Makes it active again, whether `commit` ran, failed or was never called. */
  rollback(): void;
  /** Lets other writers go on; idempotent. Until then only other prepared closes of this store can change the map. */
  release(): Promise<void>;
};

/**
 * OpenClaw session -> Claude session. At most one `active` entry exists for a conversation; older entries stay
 * as `closed` or `orphaned` history until they are pruned by age and number.
 *
 * Errors (`ContractorError`): `session-map-invalid` (the entry to store does not fit the schema),
 * `session-map-future-version`, `session-map-locked` (retryable), `state-unusable`; a store that belongs to a workspace
 * also has `workspace-missing` and `workspace-not-a-folder`. A failed write leaves what was stored before, whole.
 *
 * The calls that change one store apply in the order in which they were made. Entries are copies: changing one changes
 * nothing that is stored.
 */
export type SessionMapStore = {
  /** The conversation's active entry, or null. */
  get(key: ConversationKey): Promise<SessionMapEntry | null>;
  /** The conversation's entry with the latest activity, whatever its state; null when there is none. */
  latest(key: ConversationKey): Promise<SessionMapEntry | null>;
  /**
   * The session that this conversation left at an endpoint, and can come back to: null when it never moved away from there,
   * or a reset or the like has ended that life of the conversation since.
   */
  leftAt(key: ConversationKey, endpoint: string): Promise<SessionMapEntry | null>;
  /**
   * Makes `entry` the conversation's active one, durably, if the Claude session that is active now is `expected`
   * (null: none is). An expected one that is another session ends: `orphaned` when it was `lost`, else `closed`.
   * Resolves to false, with nothing changed, when another session is active than was expected.
   */
  install(
    entry: SessionMapEntry,
    condition: { expected: string | null; endedBy: EndReason },
  ): Promise<boolean>;
  /**
   * Notes a completed turn of the active entry. Visible at once in this process, on disk a little later: at the next
   * durable change, after some seconds, or at `flush`. Resolves to false, with nothing changed, when that session is not
   * the active one any more.
   */
  touch(activity: SessionActivity): Promise<boolean>;
  /** Ends the active entry, durably. Resolves to what it is then, or null when none was active. */
  close(key: ConversationKey, endedBy: EndReason): Promise<SessionMapEntry | null>;
  /**
   * Locks the map and makes ready to close the conversation's entry. Callers must `release`. Several may be prepared one
   * inside the other; they are rolled back in reverse order, if at all.
   */
  prepareClose(key: ConversationKey, endedBy: EndReason): Promise<PreparedClose>;
  /** All entries in any state, of one agent or of all, oldest activity first. */
  list(agentId?: string): Promise<SessionMapEntry[]>;
  /** Drops every entry of an agent; the number dropped. */
  removeAgent(agentId: string): Promise<number>;
  /** Damaged files that were moved aside, oldest first. */
  incidents(): Promise<SessionMapIncident[]>;
  /** Writes what `touch` has noted. */
  flush(): Promise<void>;
};
