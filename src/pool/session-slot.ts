import type { AgentSession } from "../acp/acp-adapter.ts";
import type { SessionMemory, SessionOpening } from "./session-loan.ts";

/** A conversation's place in the pool. */
export type Slot = {
  /** Undefined while it waits for a place or is being opened; such a slot is on loan already. */
  session: AgentSession | undefined;
  /** Settles, and never rejects, when the session that is opened ahead of its turn is there, or is not going to be. */
  coming: Promise<void> | undefined;
  memory: SessionMemory;
  fingerprint: string;
  turns: number;
  lent: boolean;
  evictOnRelease: boolean;
  /** Counts up with every use. */
  lastUsed: number;
  idleTimer: NodeJS.Timeout | undefined;
};

export function newSlot(fingerprint: string): Slot {
  return {
    session: undefined,
    coming: undefined,
    memory: { costUsd: undefined, unsupportedTold: [], instructionsTold: "" },
    fingerprint,
    turns: 0,
    lent: true,
    evictOnRelease: false,
    lastUsed: 0,
    idleTimer: undefined,
  };
}

export function isReusable(
  slot: Slot,
  session: AgentSession,
  opening: Pick<SessionOpening, "fingerprint" | "turns" | "claudeSessionId">,
): boolean {
  return (
    session.usable &&
    slot.fingerprint === opening.fingerprint &&
    slot.turns === opening.turns &&
    session.sessionId === opening.claudeSessionId
  );
}

/** Those that may be ended, the least recently used first. */
export function idleSlots(slots: Map<string, Slot>): [string, Slot][] {
  return [...slots]
    .filter(([, { lent, session }]) => !lent && session?.hasBackgroundWork !== true)
    .sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
}
