import type { AgentSession } from "../acp/acp-adapter.ts";

/** How a conversation's live session is opened, and what it must be rebuilt for. */
export type SessionOpening = {
  /** Stable facts only (workspace, adapter, endpoint, model): another value means another process. */
  fingerprint: string;
  /** The Claude session that the conversation is mapped to; null for a new one. */
  claudeSessionId: string | null;
  /** Turns that this Claude session has taken; another number means that another process has been in it meanwhile. */
  turns: number;
  open(): Promise<AgentSession>;
};

export type SessionPoolOptions = {
  /** Milliseconds that an idle session stays warm. */
  idleMs: number;
  /** Live sessions at most, those in a turn included. */
  maxLive: number;
};

/** What is remembered of a live session for as long as its process lives. */
export type SessionMemory = {
  /** US dollars that it had cost after its latest turn; undefined before the agent has told. */
  costUsd: number | undefined;
  /** The settings that the person was told of, because the agent cannot be set to them. */
  unsupportedTold: string[];
};

/** A live session on loan for one turn. */
export type SessionLoan = {
  session: AgentSession;
  /** For whoever has the loan to write in. */
  memory: SessionMemory;
  /** True when no process had to be started for it. */
  warm: boolean;
  /**
   * Gives it back. `keepAt` is the number of turns that it has taken now; null ends its process. Call it exactly once.
   */
  release(options: { keepAt: number | null }): Promise<void>;
};

/**
 * Warm sessions by conversation. Callers serialise the turns of one conversation; the pool never lends a session twice.
 * Eviction ends a process, never a conversation: the next turn resumes it.
 */
export type SessionPool = {
  acquire(conversation: string, opening: SessionOpening): Promise<SessionLoan>;
  /** Ends the conversation's idle process; one in a turn ends when it is released. */
  evict(conversation: string): Promise<void>;
  /** Ends every idle process; those in a turn end when they are released. */
  drain(): Promise<void>;
  configure(options: SessionPoolOptions): void;
  readonly liveSessions: number;
};

type Slot = {
  /** Undefined while it is being opened; such a slot counts, and is on loan already. */
  session: AgentSession | undefined;
  memory: SessionMemory;
  fingerprint: string;
  turns: number;
  lent: boolean;
  evictOnRelease: boolean;
  lastUsed: number;
  idleTimer: NodeJS.Timeout | undefined;
};

export function createSessionPool(initial: SessionPoolOptions): SessionPool {
  let limits = initial;
  let uses = 0;
  const slots = new Map<string, Slot>();

  async function acquire(conversation: string, opening: SessionOpening): Promise<SessionLoan> {
    const existing = slots.get(conversation);
    if (existing?.session !== undefined && isReusable(existing, existing.session, opening)) {
      return lend(conversation, { slot: existing, session: existing.session, warm: true });
    }
    // From here on it has its place, so that the cap counts it and a drain finds it.
    const slot = newSlot(opening.fingerprint);
    slots.set(conversation, slot);
    try {
      if (existing !== undefined) await discard(conversation, existing);
      await keepToCap();
      const session = await opening.open();
      slot.session = session;
      return lend(conversation, { slot, session, warm: false });
    } catch (error) {
      // Whoever did not wait for this opening may have begun another one.
      if (slots.get(conversation) === slot) slots.delete(conversation);
      throw error;
    }
  }

  function lend(
    conversation: string,
    { slot, session, warm }: { slot: Slot; session: AgentSession; warm: boolean },
  ): SessionLoan {
    clearTimeout(slot.idleTimer);
    slot.lent = true;
    slot.lastUsed = ++uses;
    return {
      session,
      memory: slot.memory,
      warm,
      async release({ keepAt }) {
        slot.lent = false;
        if (keepAt !== null && session.usable && !slot.evictOnRelease && limits.idleMs > 0) {
          slot.turns = keepAt;
          discardWhenIdle(conversation, { slot, session });
          await keepToCap();
          return;
        }
        await discard(conversation, slot);
      },
    };
  }

  /** Work in the background is no idleness: the time begins again as long as there is any. */
  function discardWhenIdle(
    conversation: string,
    { slot, session }: { slot: Slot; session: AgentSession },
  ): void {
    slot.idleTimer = setTimeout(() => {
      if (session.usable && session.hasBackgroundWork) discardWhenIdle(conversation, { slot, session });
      else void discard(conversation, slot);
    }, limits.idleMs);
    slot.idleTimer.unref();
  }

  async function discard(conversation: string, slot: Slot): Promise<void> {
    clearTimeout(slot.idleTimer);
    if (slots.get(conversation) === slot) slots.delete(conversation);
    // A process that does not end well must not cost a turn its answer.
    await slot.session?.close().catch(() => undefined);
  }

  /** Past the cap the least recently used idle session goes; turns and work under way are never cut short for it. */
  async function keepToCap(): Promise<void> {
    while (slots.size > limits.maxLive) {
      const idle = [...slots]
        .filter(([, slot]) => !slot.lent && slot.session?.hasBackgroundWork !== true)
        .sort(([, a], [, b]) => a.lastUsed - b.lastUsed)[0];
      if (idle === undefined) return;
      await discard(...idle);
    }
  }

  async function evict(conversation: string): Promise<void> {
    const slot = slots.get(conversation);
    if (slot === undefined) return;
    slot.evictOnRelease = true;
    if (!slot.lent) await discard(conversation, slot);
  }

  return {
    acquire,
    evict,
    async drain() {
      await Promise.all([...slots.keys()].map(evict));
    },
    configure(options) {
      limits = options;
    },
    get liveSessions() {
      return slots.size;
    },
  };
}

function newSlot(fingerprint: string): Slot {
  return {
    session: undefined,
    memory: { costUsd: undefined, unsupportedTold: [] },
    fingerprint,
    turns: 0,
    lent: true,
    evictOnRelease: false,
    lastUsed: 0,
    idleTimer: undefined,
  };
}

function isReusable(slot: Slot, session: AgentSession, opening: SessionOpening): boolean {
  return (
    session.usable &&
    slot.fingerprint === opening.fingerprint &&
    slot.turns === opening.turns &&
    session.sessionId === opening.claudeSessionId
  );
}
