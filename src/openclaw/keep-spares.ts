import { SPARES } from "../config/trace-channels.ts";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";

export type PrewarmOptions = {
  bridge: () => Pick<ContractorClaudeBridge, "prepareSpare">;
  /** Ids of all contractor agents, asked each time. */
  agentIds: () => string[];
  log: (message: string) => void;
};

/** The Gateway's own start keeps both cores of a small machine busy for about that long. */
const SETTLED_MS = 3_000;
/** What a spare session was opened with changes: the day, a CLAUDE.md. */
const LOOK_AGAIN_MS = 10 * 60_000;

/**
 * Has a spare session of each contractor opened, one after the other, once the Gateway has settled, and looks after them
 * from then on; keeps no process alive. Without any contractor it does nothing at all.
 */
export function keepSpares({ bridge, agentIds, log }: PrewarmOptions): { stop(): void } {
  const stopped = new AbortController();
  let timer: NodeJS.Timeout;

  async function prepareAll(): Promise<void> {
    for (const agentId of agentIds()) {
      if (stopped.signal.aborted) return;
      await SPARES.tracePromise(() => bridge().prepareSpare(agentId), { agentId });
    }
  }

  function prepareAfter(milliseconds: number): void {
    timer = setTimeout(() => {
      void prepareAll()
        .catch((cause: unknown) => {
          log(`no spare sessions: ${unexpectedFailure(cause).toParagraph()}`);
        })
        .then(() => {
          if (!stopped.signal.aborted) prepareAfter(LOOK_AGAIN_MS);
        });
    }, milliseconds);
    timer.unref();
  }

  prepareAfter(SETTLED_MS);
  return {
    stop() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}
