import { SPARES } from "../config/trace-channels.ts";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { gatewayAtRest } from "./gateway-at-rest.ts";
import { repeatInBackground } from "./repeat-in-background.ts";

export type PrewarmOptions = {
  bridge: () => Pick<ContractorClaudeBridge, "prepareSpare">;
  /** Ids of all contractor agents, asked each time. */
  agentIds: () => string[];
  log: (message: string) => void;
  /** A turn that is being prepared would wait for the cores that the opening of a session takes up. */
  atRest?: () => Promise<void>;
};

/** No Gateway has started before that. */
const STARTED_MS = 3_000;
/** What a spare session was opened with changes: the day, a CLAUDE.md. */
const LOOK_AGAIN_MS = 10 * 60_000;

/**
 * Has a spare session of each contractor opened, one after the other, once the Gateway has settled, and looks after them
 * from then on; keeps no process alive. Without any contractor it does nothing at all.
 */
export function keepSpares({ bridge, agentIds, log, atRest = gatewayAtRest }: PrewarmOptions): {
  stop(): void;
} {
  let stopped = false;

  async function prepareAll(): Promise<void> {
    for (const agentId of agentIds()) {
      await atRest();
      if (stopped) return;
      await SPARES.tracePromise(() => bridge().prepareSpare(agentId), { agentId });
    }
  }

  const timing = { firstMs: STARTED_MS, everyMs: LOOK_AGAIN_MS };
  const stopRepeating = repeatInBackground(prepareAll, { ...timing, failing: "no spare sessions", log });
  return {
    stop() {
      stopped = true;
      stopRepeating();
    },
  };
}
