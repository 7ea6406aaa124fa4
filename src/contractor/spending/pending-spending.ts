import type { SpendingNote } from "./spending-account.ts";

/** What was noted and is not on disk yet. Notes are never changed, only replaced. */
export type PendingSpending = {
  isEmpty: () => boolean;
  /** Those that are being written among them. */
  all: () => readonly SpendingNote[];
  add(note: SpendingNote): void;
  /**
   * Writes all that there is with `write`, which calls `onWritten` at the moment from which on the file has it. What could
   * not be written stays noted, with what came meanwhile.
   */
  writeWith(write: (notes: readonly SpendingNote[], onWritten: () => void) => Promise<void>): Promise<void>;
};

export function createPendingSpending(): PendingSpending {
  let waiting = new Map<string, SpendingNote>();
  let beingWritten: SpendingNote[] = [];

  function add(note: SpendingNote): void {
    const id = idOf(note);
    const known = waiting.get(id);
    waiting.set(id, known === undefined ? note : { ...note, amount: plusSigned(known, note) });
  }

  return {
    isEmpty: () => waiting.size === 0 && beingWritten.length === 0,
    all: () => [...beingWritten, ...waiting.values()],
    add,
    async writeWith(write) {
      beingWritten = [...waiting.values()];
      waiting = new Map();
      try {
        await write(beingWritten, () => {
          beingWritten = [];
        });
      } catch (cause) {
        const later = [...waiting.values()];
        waiting = new Map();
        for (const note of [...beingWritten, ...later]) add(note);
        beingWritten = [];
        throw cause;
      }
    },
  };
}

/** A correction may be less than nothing, as long as the sum in the file is not. */
function plusSigned(one: SpendingNote, other: SpendingNote): SpendingNote["amount"] {
  return {
    usd: one.amount.usd + other.amount.usd,
    tokens: one.amount.tokens + other.amount.tokens,
    turns: one.amount.turns + other.amount.turns,
  };
}

function idOf({ key, day }: SpendingNote): string {
  return JSON.stringify([key.agentId, key.openclawSessionKey, key.life, day]);
}
