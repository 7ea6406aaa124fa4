import { EventEmitter } from "node:events";
import type { AgentSession } from "../acp/acp-adapter.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { createAdmission } from "./admission.ts";
import { createMemoryCap } from "./memory-cap.ts";
import { measureTrees, type MeasureTrees } from "./measure-trees.ts";
import type { SessionLoan, SessionOpening, SessionPreparation } from "./session-loan.ts";
import { idleSlots, isReusable, newSlot, type Slot } from "./session-slot.ts";
import { createSessionStarts } from "./session-starts.ts";
import { createSpares, openedSoon, type SpareOpening } from "./spare-sessions.ts";

export type SessionPoolOptions = {
  /** Milliseconds that an idle session stays warm. */
  idleMs: number;
  /** Live sessions at most: in a turn, idle, spare, starting or ending. */
  maxLive: number;
  /** Resident bytes of all process trees at most; idle sessions end for it, turns do not. */
  maxBytes: number;
  /** Whether a spare session is kept for each owner. */
  spares: boolean;
  /** Milliseconds that a turn waits for a place at most. */
  waitMs: number;
};

/**
 * Warm sessions by conversation. Callers serialise the turns of one conversation; the pool never lends a session twice.
 * Eviction ends a process, never a conversation: the next turn resumes it.
 */
export type SessionPool = {
  /** Rejects with `sessions-exhausted` when no place became free in time, and as `open` does. */
  acquire(conversation: string, opening: SessionOpening): Promise<SessionLoan>;
  /**
   * Opens the conversation's session for a turn that is coming; `acquire` waits for it, and takes it if it fits. Does nothing
   * when the conversation has a process, or there is no place or no core for another one now. Rejects as `open` does.
   */
  prepare(conversation: string, preparation: SessionPreparation): Promise<void>;
  /**
   * Opens a session that no conversation has yet, for the owner's next new one. Does nothing when the owner has one or
   * there is no room left; rejects as `open` does.
   */
  prepareSpare(owner: string, opening: SpareOpening): Promise<void>;
  hasSpare(owner: string): boolean;
  /** The conversations that have a live process now. */
  warmConversations(): string[];
  /** Ends the conversation's idle process; one in a turn ends when it is released. */
  evict(conversation: string): Promise<void>;
  /** Ends every idle and every spare process; those in a turn end when they are released. */
  drain(): Promise<void>;
  /** Calls back when a conversation's process has ended of itself, and not to make room. Returns what stops it. */
  onRoom(listener: () => void): () => void;
  configure(options: SessionPoolOptions): void;
  readonly liveSessions: number;
  readonly spareSessions: number;
};

export function createSessionPool(
  initial: SessionPoolOptions,
  { measure = measureTrees }: { measure?: MeasureTrees } = {},
): SessionPool {
  let limits = initial;
  let uses = 0;
  let sparesEnding = 0;
  let drains = 0;
  /** The latest slot of each conversation. */
  const slots = new Map<string, Slot>();
  /** Those that have a process or are about to, until it is gone. */
  const held = new Set<Slot>();
  const spares = createSpares(endSpare);
  const room = new EventEmitter<{ room: [] }>();

  const live = (): number => held.size + spares.count + sparesEnding;
  const places = createAdmission({
    isFree: () => live() < limits.maxLive,
    make: async () => (await endOne()) !== undefined,
  });
  const starts = createSessionStarts();

  const memory = createMemoryCap({
    maxBytes: () => limits.maxBytes,
    pids: () =>
      [...[...slots.values()].flatMap(({ session }) => session ?? []), ...spares.sessions].map(
        ({ pid }) => pid,
      ),
    endOne,
    measure,
  });

  async function acquire(conversation: string, opening: SessionOpening): Promise<SessionLoan> {
    await slots.get(conversation)?.coming;
    const existing = slots.get(conversation);
    if (existing?.session !== undefined && isReusable(existing, existing.session, opening)) {
      // One that was opened ahead has had no turn yet.
      const warm = existing.lastUsed > 0;
      return lend(conversation, { slot: existing, session: existing.session, warm });
    }
    // From here on it has its place in the table, so that a drain finds it.
    const slot = newSlot(opening.fingerprint);
    slots.set(conversation, slot);
    try {
      if (existing !== undefined) await discard(conversation, existing);
      const session = await openFor(slot, opening);
      slot.session = session;
      return lend(conversation, { slot, session, warm: false });
    } catch (error) {
      forget(conversation, slot);
      throw error;
    }
  }

  async function prepare(conversation: string, preparation: SessionPreparation): Promise<void> {
    const isFull = live() >= limits.maxLive || starts.isFull;
    if (slots.has(conversation) || places.waiting + starts.waiting > 0 || isFull) return;
    const slot = newSlot(preparation.fingerprint);
    slot.turns = preparation.turns;
    slots.set(conversation, slot);
    held.add(slot);
    const opened = openAhead(conversation, { slot, preparation });
    slot.coming = opened.catch(() => undefined);
    await opened;
  }

  async function openAhead(
    conversation: string,
    { slot, preparation }: { slot: Slot; preparation: SessionPreparation },
  ): Promise<void> {
    const session = await started(() => preparation.open()).catch((error: unknown) => {
      forget(conversation, slot);
      throw error;
    });
    if (session === null) {
      forget(conversation, slot);
      return;
    }
    slot.session = session;
    slot.lent = false;
    if (slot.evictOnRelease) await discard(conversation, slot);
    else discardWhenIdle(conversation, { slot, session });
    memory.look();
  }

  /** It has no process. Whoever did not wait for its opening may have begun another one. */
  function forget(conversation: string, slot: Slot): void {
    if (slots.get(conversation) === slot) slots.delete(conversation);
    giveUpPlace(slot);
  }

  async function openFor(slot: Slot, opening: SessionOpening): Promise<AgentSession> {
    const mayBeSpare = opening.claudeSessionId === null && spares.count > 0;
    const spare = mayBeSpare ? await spares.take(await opening.spareKey(), () => held.add(slot)) : undefined;
    if (spare !== undefined) return opening.open(spare);
    const entered = await places.enter({
      take: () => held.add(slot),
      waitMs: limits.waitMs,
      signal: opening.signal,
      onWaiting: () => opening.onWaiting?.(live()),
    });
    if (entered !== "in") throw noPlace(limits);
    return started(() => opening.open(undefined));
  }

  async function started<Value>(start: () => Promise<Value>): Promise<Value> {
    const begun = await starts.run(start, limits.waitMs);
    if (begun === null) throw noPlace(limits);
    return begun.value;
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
        if (keepAt === null || !session.usable || slot.evictOnRelease || limits.idleMs === 0) {
          await end(conversation, slot);
          return;
        }
        slot.turns = keepAt;
        discardWhenIdle(conversation, { slot, session });
        places.changed();
        memory.look();
        while (live() > limits.maxLive && (await endOne()) !== undefined);
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
      else void end(conversation, slot);
    }, limits.idleMs);
    slot.idleTimer.unref();
  }

  async function discard(conversation: string, slot: Slot): Promise<void> {
    clearTimeout(slot.idleTimer);
    if (slots.get(conversation) === slot) slots.delete(conversation);
    // One that is being opened ends when it is released.
    if (slot.session === undefined) return;
    await close(slot.session);
    giveUpPlace(slot);
  }

  /** Nobody else has a use for its place yet. */
  async function end(conversation: string, slot: Slot): Promise<void> {
    await discard(conversation, slot);
    if (live() < limits.maxLive) room.emit("room");
  }

  function giveUpPlace(slot: Slot): void {
    held.delete(slot);
    places.changed();
  }

  async function endSpare(session: AgentSession): Promise<void> {
    sparesEnding += 1;
    await close(session);
    sparesEnding -= 1;
    places.changed();
  }

  /** What nobody uses: a spare, else the session that was idle for longest. Turns and work under way are never cut short. */
  async function endOne(): Promise<number | undefined> {
    const spare = await spares.endOldest();
    if (spare !== undefined) return spare.pid;
    const [idle] = idleSlots(slots);
    if (idle === undefined) return undefined;
    await discard(...idle);
    return idle[1].session?.pid;
  }

  async function prepareSpare(owner: string, opening: SpareOpening): Promise<void> {
    const drained = drains;
    if (!limits.spares || places.waiting + starts.waiting > 0 || live() >= limits.maxLive) return;
    await spares.prepare(owner, {
      key: opening.key,
      open: () => started(opening.open),
      isWanted: () => drained === drains,
    });
    memory.look();
  }

  async function evict(conversation: string): Promise<void> {
    const slot = slots.get(conversation);
    if (slot === undefined) return;
    slot.evictOnRelease = true;
    if (slot.session === undefined && slot.coming !== undefined) await openedSoon(slot.coming);
    else if (!slot.lent) await end(conversation, slot);
  }

  return {
    acquire,
    prepare,
    prepareSpare,
    hasSpare: (owner) => spares.has(owner),
    warmConversations: () =>
      [...slots].flatMap(([conversation, { session }]) => (session?.usable === true ? [conversation] : [])),
    evict,
    async drain() {
      drains += 1;
      memory.stop();
      await Promise.all([spares.endAll(), ...[...slots.keys()].map(evict)]);
    },
    onRoom(listener) {
      room.on("room", listener);
      return () => room.off("room", listener);
    },
    configure(options) {
      limits = options;
    },
    get liveSessions() {
      return live();
    },
    get spareSessions() {
      return spares.count;
    },
  };
}

/** A process that does not end well must not cost a turn its answer. */
async function close(session: AgentSession): Promise<void> {
  await session.close().catch(() => undefined);
}

function noPlace({ maxLive, waitMs }: SessionPoolOptions): ContractorError {
  const seconds = Math.round(waitMs / 1_000);
  return new ContractorError("sessions-exhausted", {
    message: `All ${maxLive} Claude sessions that may run at once are busy, and none became free in ${seconds} s.`,
    mend: "Send the message again in a moment; raise `maxLiveSessions` where the machine has the memory for it.",
    retryable: true,
  });
}
