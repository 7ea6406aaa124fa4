import type { ConversationKey } from "../session-map/session-map-store.ts";
import type { Tally } from "./amount.ts";

/** Whose spending it is: an agent's, in one life of one conversation. */
export type SpendingKey = ConversationKey & {
  /** Another one after each reset of the conversation; null in one that was never reset. */
  life: string | null;
};

export type Spent = {
  /** In this life of the conversation. */
  session: Tally;
  /** Since midnight, on the clock of this machine. */
  day: Tally;
  /** Since the agent was added, or its account was begun anew. */
  agent: Tally;
};

/** What one agent has used, and what its latest conversation has. */
export type AgentSpending = Omit<Spent, "session"> & {
  /** ISO timestamp from which on `agent` counts; null when nothing was ever used. */
  since: string | null;
  /** Each conversation's latest life. */
  sessions: ({ openclawSessionKey: string } & Tally)[];
};

/**
 * What the agents of one workspace have used, durable.
 * Errors (`ContractorError`): `state-unusable` when the file cannot be read or written, `usage-locked` (retryable),
 * `workspace-missing`, `workspace-not-a-folder`.
 */
export type SpendingLedger = {
  /** Rejects also while what was noted before cannot be written: a budget would be forgotten with this process. */
  read(key: SpendingKey): Promise<Spent>;
  /** At once: as the file was when it was last read, with everything that this process has noted since. */
  current(key: SpendingKey): Spent;
  /** Counts in `read` and `current` at once; on disk some seconds later, or at `flush`. */
  add(key: SpendingKey, amount: Tally): void;
  /** With everything that this process has noted. */
  agent(agentId: string): Promise<AgentSpending>;
  /**
   * What the agent uses counts from nothing; its day and its conversations go on. A file that cannot be read is moved
   * aside: then everything in it begins anew. Resolves to where it is now, or null.
   */
  resetAgent(agentId: string): Promise<{ movedTo: string | null }>;
  removeAgent(agentId: string): Promise<void>;
  /** Writes what was noted. */
  flush(): Promise<void>;
  clock(): SpendingClock;
};

/** What time it is for the ledger, and when its day is over. */
export type SpendingClock = { now: Date; nextDay: Date; timeZone: string };
