/** Spare sessions that are to be opened: one after the other, each when there is nothing else to do. */
export type SpareQueue = {
  /** One that waits already is the agent's next. Resolves when it is open, or is not going to be. */
  request(agentId: string): Promise<void>;
  /** None that waits is opened. */
  clear(): void;
};

/** `open` tells of its own failures. */
export function createSpareQueue({
  atRest,
  open,
}: {
  atRest: () => Promise<void>;
  open: (agentId: string) => Promise<void>;
}): SpareQueue {
  const waiting = new Map<string, Promise<void>>();
  let latest = Promise.resolve();

  return {
    request(agentId) {
      const known = waiting.get(agentId);
      if (known !== undefined) return known;
      const opened = latest.then(atRest).then(async () => {
        if (waiting.get(agentId) !== opened) return;
        waiting.delete(agentId);
        await open(agentId);
      });
      waiting.set(agentId, opened);
      latest = opened;
      return opened;
    },
    clear() {
      waiting.clear();
    },
  };
}
