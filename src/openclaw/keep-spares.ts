import { AsyncLocalStorage } from "node:async_hooks";
import { SPARES } from "../config/trace-channels.ts";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { gatewayAtRest } from "./gateway-at-rest.ts";
import { inBackground, repeatInBackground } from "./repeat-in-background.ts";
import { createSpareQueue } from "./spare-queue.ts";

/** Each returns what stops it. */
export type SpareEvents = {
  /** An agent's spare session was used. */
  onWanted: (listener: (agentId: string) => void) => () => void;
  /** There is room for another session; a spare one may have made room before. */
  onRoom: (listener: () => void) => () => void;
};

export type PrewarmOptions = {
  bridge: () => Pick<ContractorClaudeBridge, "prepareSpare">;
  /** Ids of all contractor agents, asked each time. */
  agentIds: () => string[];
  events: SpareEvents;
  log: (message: string) => void;
  /** A turn that is being prepared or delivered would wait for the core that the opening of a session takes up. */
  atRest?: () => Promise<void>;
};

/** No Gateway has started before that. */
const STARTED_MS = 3_000;
/** What a spare session was opened with changes: the day, a CLAUDE.md. */
const LOOK_AGAIN_MS = 10 * 60_000;

/**
 * Has a spare session of each contractor opened once the Gateway has started, and looks after them from then on; keeps no
 * process alive. Without any contractor it does nothing at all.
 */
export function keepSpares({ bridge, agentIds, events, log, atRest = gatewayAtRest }: PrewarmOptions): {
  stop(): void;
} {
  const reporting = { failing: "no spare sessions", log };
  const prepare = (agentId: string): Promise<void> =>
    SPARES.tracePromise(() => bridge().prepareSpare(agentId), { agentId });
  const queue = createSpareQueue({
    atRest,
    open: (agentId) => inBackground(() => prepare(agentId), reporting),
  });

  async function prepareAll(): Promise<void> {
    await Promise.all(agentIds().map((agentId) => queue.request(agentId)));
  }

  const stops = [
    repeatInBackground(prepareAll, { firstMs: STARTED_MS, everyMs: LOOK_AGAIN_MS, ...reporting }),
    // Told by turns, and no part of any: a spare session outlives the turn before it.
    events.onWanted(AsyncLocalStorage.bind((agentId: string) => void queue.request(agentId))),
    events.onRoom(AsyncLocalStorage.bind(() => void inBackground(prepareAll, reporting))),
  ];
  return {
    stop() {
      queue.clear();
      for (const stop of stops) stop();
    },
  };
}
