import { vi } from "vitest";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import { createSessionPool, type SessionLoan, type SessionPool } from "../../src/pool/session-pool.ts";

export const IDLE_MS = 60_000;

/** A session without a process. */
export type FakeSession = { -readonly [Part in keyof AgentSession]: AgentSession[Part] } & {
  /** How often it was closed. */
  closed: number;
};

export function fakeSession(sessionId: string): FakeSession {
  const session: FakeSession = {
    sessionId,
    capabilities: {
      agentName: "fake",
      agentVersion: "1",
      resumeSession: true,
      loadSession: true,
      closeSession: true,
      images: true,
      forkSession: true,
      steering: true,
      backgroundUpdates: true,
    },
    usable: true,
    commands: [],
    hasBackgroundWork: false,
    closed: 0,
    configure: () => Promise.resolve({ unsupported: [] }),
    steer: () => Promise.resolve(false),
    onBetweenTurns: () => undefined,
    quiet: () => Promise.resolve(),
    prompt: () => Promise.resolve({ stopReason: "end_turn" }),
    close: () => {
      session.closed += 1;
      session.usable = false;
      return Promise.resolve();
    },
  };
  return session;
}

/** What differs from an ordinary next turn; a conversation's session has the conversation's name for an id. */
export type Asked = { fingerprint?: string; claudeSessionId?: string | null; turns?: number };

export type PoolWorld = {
  pool: SessionPool;
  /** Every session that was opened, oldest first. */
  opened: FakeSession[];
  acquire(conversation: string, asked?: Asked): Promise<SessionLoan>;
  /** Acquires, and gives back to be kept. A turn counts as the first one, so that the next one asks for `turns: 1`. */
  takeTurn(conversation: string, asked?: Asked): Promise<SessionLoan>;
  /** Ids of the sessions that were closed. */
  closed(): string[];
};

/** A pool of two sessions, with timers that only a test moves. */
export function createPoolWorld(): PoolWorld {
  vi.useFakeTimers();
  const pool = createSessionPool({ idleMs: IDLE_MS, maxLive: 2 });
  const world: PoolWorld = {
    pool,
    opened: [],
    acquire(conversation, { fingerprint = "same", claudeSessionId = conversation, turns = 1 } = {}) {
      const open = (): Promise<AgentSession> => {
        const session = fakeSession(conversation);
        world.opened.push(session);
        return Promise.resolve(session);
      };
      return pool.acquire(conversation, { fingerprint, claudeSessionId, turns, open });
    },
    async takeTurn(conversation, asked) {
      const loan = await world.acquire(conversation, asked);
      await loan.release({ keepAt: 1 });
      return loan;
    },
    closed: () => world.opened.filter(({ closed }) => closed > 0).map(({ sessionId }) => sessionId),
  };
  return world;
}
