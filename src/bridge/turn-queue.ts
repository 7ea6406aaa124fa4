/** Runs the turns of one conversation one after the other, first come first served; conversations never wait for each other. */
export type TurnQueue = {
  run<Value>(conversation: string, turn: () => Promise<Value>): Promise<Value>;
};

export function createTurnQueue(): TurnQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(conversation, turn) {
      const earlier = tails.get(conversation) ?? Promise.resolve();
      // Whatever became of the turn before, this one has its place.
      const mine = earlier.then(turn, turn);
      tails.set(conversation, mine);
      try {
        return await mine;
      } finally {
        if (tails.get(conversation) === mine) tails.delete(conversation);
      }
    },
  };
}
