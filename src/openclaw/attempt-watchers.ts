import { setTimeout as delay } from "node:timers/promises";
import { emitAgentEvent } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { AttemptParams } from "./harness-types.ts";

export type HostEvent = Parameters<NonNullable<AttemptParams["onAgentEvent"]>>[0];

/** Everybody who watches one attempt. What a watcher does with it must not disturb the turn. */
export type AttemptWatchers = {
  /**
   * Gateway clients (SSE, Control UI) hear of a turn through the process-wide agent events, channels through the
   * attempt's own callback: both get everything, in order.
   */
  emit(event: HostEvent): void;
  /** Runs after every earlier callback has settled. */
  callback(run: () => unknown): void;
  /** For callbacks that the host wants at once and synchronously. */
  notify(run: () => unknown): void;
  /** Resolves once every watcher has had everything, or the slowest one its time. */
  drained(): Promise<void>;
};

/** How long a watcher may hold up the end of a turn. */
const WATCHERS_MS = 5_000;

export function createAttemptWatchers(
  params: AttemptParams,
  log: (message: string) => void,
): AttemptWatchers {
  let afterEarlier: Promise<unknown> = Promise.resolve();

  function failed(error: unknown): void {
    log(`a watcher of run ${params.runId} failed: ${String(error)}`);
  }

  function callback(run: () => unknown): void {
    afterEarlier = afterEarlier.then(run).catch(failed);
  }

  function notify(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      failed(error);
    }
  }

  return {
    emit(event) {
      const { runId, sessionKey } = params;
      notify(() => {
        emitAgentEvent({ runId, ...event, ...(sessionKey === undefined ? {} : { sessionKey }) });
      });
      callback(() => params.onAgentEvent?.(event));
    },
    callback,
    notify,
    async drained() {
      await Promise.race([afterEarlier, delay(WATCHERS_MS, undefined, { ref: false })]);
    },
  };
}
