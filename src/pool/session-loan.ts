import type { AgentSession } from "../acp/acp-adapter.ts";

/** How a conversation's live session is opened, and what it must be rebuilt for. */
export type SessionOpening = {
  /** Stable facts only (workspace, adapter, endpoint, model): another value means another process. */
  fingerprint: string;
  /** The Claude session that the conversation is mapped to; null for a new one. */
  claudeSessionId: string | null;
  /** Turns that this Claude session has taken; another number means that another process has been in it meanwhile. */
  turns: number;
  /** `spare`: a new session that is open already. */
  open(spare: AgentSession | undefined): Promise<AgentSession>;
  /** What a spare session must have been opened with to do for this conversation; asked for new sessions only. */
  spareKey(): Promise<string>;
  /** Leaves the line, if it waits for a place. */
  signal?: AbortSignal;
  /** It must wait for a place; told after a second. `busy`: how many have one. */
  onWaiting?(busy: number): void;
};

/** The same for a turn that is coming. */
export type SessionPreparation = Pick<SessionOpening, "fingerprint" | "turns"> & {
  /** Null when there is no such session any more. */
  open(): Promise<AgentSession | null>;
};

/** What is remembered of a live session for as long as its process lives. */
export type SessionMemory = {
  /** US dollars that it had cost after its latest turn; undefined before the agent has told. */
  costUsd: number | undefined;
  /** The settings that the person was told of, because the agent cannot be set to them. */
  unsupportedTold: string[];
  /** What it was told last of the turns' instructions; empty for none. */
  instructionsTold: string;
};

/** A live session on loan for one turn. */
export type SessionLoan = {
  session: AgentSession;
  /** For whoever has the loan to write in. */
  memory: SessionMemory;
  /** True when the conversation's own process was there. */
  warm: boolean;
  /**
   * Gives it back. `keepAt` is the number of turns that it has taken now; null ends its process. Call it exactly once.
   */
  release(options: { keepAt: number | null }): Promise<void>;
};
