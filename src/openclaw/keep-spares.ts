import { SPARES } from "../config/trace-channels.ts";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { repeatInBackground } from "./repeat-in-background.ts";

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
  let stopped = false;

  async function prepareAll(): Promise<void> {
    for (const agentId of agentIds()) {
      if (stopped) return;
      await SPARES.tracePromise(() => bridge().prepareSpare(agentId), { agentId });
    }
  }

  const timing = { firstMs: SETTLED_MS, everyMs: LOOK_AGAIN_MS };
  const stopRepeating = repeatInBackground(prepareAll, { ...timing, failing: "no spare sessions", log });
  return {
    stop() {
      stopped = true;
      stopRepeating();
    },
  };
}
