/** Tells of a process's end whoever waits for something else of it. */
export type ProcessEnd = {
  /** Calls `listener` once, at once when the process has ended already; never after what this returns was called. */
  listen(listener: (how: string) => void): () => void;
};

/**
 * `ended` settles once in the life of a process, and a promise keeps whoever waits for it: each request that raced it would stay, its
 * whole turn with it, for as long as the process lives.
 */
export function processEnd(ended: Promise<string>): ProcessEnd {
  const listeners = new Set<(how: string) => void>();
  let end: string | undefined;
  void ended.then((how) => {
    end = how;
    for (const listener of listeners) listener(how);
    listeners.clear();
  });
  return {
    listen(listener) {
      if (end === undefined) listeners.add(listener);
      else listener(end);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
