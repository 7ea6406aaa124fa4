import type { AgentSession } from "../acp/acp-adapter.ts";

/** How a conversation's live session is opened, and what it must be rebuilt for. */
export type SessionOpening = {
  /** Stable facts only (workspace, adapter, endpoint, model): another value means another process. */
  fingerprint: string;
  /** The Claude session that the conversation is mapped to; null for a new one. */
  claudeSessionId: string | null;
  open(): Promise<AgentSession>;
};

export type SessionPoolOptions = {
  /** Milliseconds that an idle session stays warm. */
  idleMs: number;
  /** Live sessions at most, those in a turn included. */
  maxLive: number;
};

/** A live session on loan for one turn. */
export type SessionLoan = {
  session: AgentSession;
  /** True when no process had to be started for it. */
  warm: boolean;
  /** Gives it back. `keep: false` ends its process. Call it exactly once. */
  release(options: { keep: boolean }): Promise<void>;
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
  session: AgentSession;
  fingerprint: string;
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
    if (existing !== undefined) {
      if (isReusable(existing, opening)) return lend(conversation, existing, true);
      await discard(conversation, existing);
    }
    await makeRoom();
    const session = await opening.open();
    const slot: Slot = {
      session,
      fingerprint: opening.fingerprint,
      lent: false,
      evictOnRelease: false,
      lastUsed: 0,
      idleTimer: undefined,
    };
    slots.set(conversation, slot);
    return lend(conversation, slot, false);
  }

  function lend(conversation: string, slot: Slot, warm: boolean): SessionLoan {
    clearTimeout(slot.idleTimer);
    slot.lent = true;
    slot.lastUsed = ++uses;
    return {
      session: slot.session,
      warm,
      async release({ keep }) {
        slot.lent = false;
        if (keep && slot.session.usable && !slot.evictOnRelease && limits.idleMs > 0) {
          slot.idleTimer = setTimeout(() => void discard(conversation, slot), limits.idleMs);
          slot.idleTimer.unref();
          return;
        }
        await discard(conversation, slot);
      },
    };
  }

  async function discard(conversation: string, slot: Slot): Promise<void> {
    clearTimeout(slot.idleTimer);
    if (slots.get(conversation) === slot) slots.delete(conversation);
    await slot.session.close();
  }

  /** Past the cap the least recently used idle session goes; turns under way are never cut short for it. */
  async function makeRoom(): Promise<void> {
    while (slots.size >= limits.maxLive) {
      const idle = [...slots]
        .filter(([, slot]) => !slot.lent)
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

function isReusable(slot: Slot, opening: SessionOpening): boolean {
  return (
    slot.session.usable &&
    slot.fingerprint === opening.fingerprint &&
    slot.session.sessionId === opening.claudeSessionId
  );
}
