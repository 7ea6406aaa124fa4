import { vi } from "vitest";
import type { AgentSession } from "../../src/acp/acp-adapter.ts";
import type { SessionLoan, SessionOpening } from "../../src/pool/session-loan.ts";
import { createSessionPool, type SessionPool, type SessionPoolOptions } from "../../src/pool/session-pool.ts";

export const IDLE_MS = 60_000;

/** Two sessions, and no spare ones. */
export const POOL_OPTIONS: SessionPoolOptions = {
  idleMs: IDLE_MS,
  maxLive: 2,
  maxBytes: Infinity,
  spares: false,
  waitMs: 120_000,
};

let nextPid = 1;

/** A session without a process. */
export type FakeSession = { -readonly [Part in keyof AgentSession]: AgentSession[Part] } & {
  /** How often it was closed. */
  closed: number;
};

export function fakeSession(sessionId: string): FakeSession {
  const session: FakeSession = {
    sessionId,
    pid: nextPid++,
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
export type Asked = Partial<SessionOpening>;

export type PoolWorld = {
  pool: SessionPool;
  /** Every session that was opened, oldest first. */
  opened: FakeSession[];
  acquire(conversation: string, asked?: Asked): Promise<SessionLoan>;
  /** Acquires, and gives back to be kept. A turn counts as the first one, so that the next one asks for `turns: 1`. */
  takeTurn(conversation: string, asked?: Asked): Promise<SessionLoan>;
  /** Ids of the sessions that were closed. */
  closed(): string[];
  /** Has a spare session prepared, which only a conversation that asks for the same key can have. */
  prepareSpare(owner: string, key?: string): Promise<void>;
};

/** A pool with timers that only a test moves. `bytes`: what each process tree has of memory. */
export function createPoolWorld(options: Partial<SessionPoolOptions> & { bytes?: number } = {}): PoolWorld {
  vi.useFakeTimers();
  const { bytes = 0, ...limits } = options;
  const measure = (pids: number[]): Promise<Map<number, number>> =>
    Promise.resolve(new Map(pids.map((pid) => [pid, bytes])));
  const pool = createSessionPool({ ...POOL_OPTIONS, ...limits }, { measure });
  const openFake = (sessionId: string): FakeSession => {
    const session = fakeSession(sessionId);
    world.opened.push(session);
    return session;
  };
  const world: PoolWorld = {
    pool,
    opened: [],
    acquire(conversation, asked = {}) {
      return pool.acquire(conversation, {
        ...{ fingerprint: "same", claudeSessionId: conversation, turns: 1 },
        spareKey: () => Promise.resolve("key"),
        open: (spare) => Promise.resolve(spare ?? openFake(conversation)),
        ...asked,
      });
    },
    prepareSpare: (owner, key = "key") =>
      pool.prepareSpare(owner, { key, open: () => Promise.resolve(openFake(`spare of ${owner}`)) }),
    async takeTurn(conversation, asked) {
      const loan = await world.acquire(conversation, asked);
      await loan.release({ keepAt: 1 });
      return loan;
    },
    closed: () => world.opened.filter(({ closed }) => closed > 0).map(({ sessionId }) => sessionId),
  };
  return world;
}
