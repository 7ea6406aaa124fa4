export type GatewayEvent = { event: string; payload: unknown };

export type EventLog = {
  readonly events: readonly GatewayEvent[];
  add(event: GatewayEvent): void;
  /** The first event that fits, be it here already or still to come. Rejects when none came in time. */
  waitForEvent: (
    predicate: (event: GatewayEvent) => boolean,
    options?: { timeoutMs?: number },
  ) => Promise<GatewayEvent>;
};

/** Not a measure of anything: on a busy machine a first turn alone takes half a minute. */
const EVENT_TIMEOUT_MS = 120_000;

export function createEventLog(): EventLog {
  const events: GatewayEvent[] = [];
  const waiting = new Set<() => void>();
  return {
    events,
    add(event) {
      events.push(event);
      for (const look of waiting) look();
    },
    async waitForEvent(predicate, { timeoutMs = EVENT_TIMEOUT_MS } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<GatewayEvent>();
      const look = (): void => {
        try {
          const found = events.find(predicate);
          if (found !== undefined) resolve(found);
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        }
      };
      const timer = setTimeout(() => {
        reject(new Error(`no such event in ${timeoutMs} ms. Seen so far: ${namesOf(events)}.`));
      }, timeoutMs);
      waiting.add(look);
      look();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(look);
      }
    },
  };
}

function namesOf(events: readonly GatewayEvent[]): string {
  return [...new Set(events.map(({ event }) => event))].join(", ") || "none";
}
