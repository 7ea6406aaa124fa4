import type { LiveTurn } from "../bridge/live-turns.ts";
import type { TurnFailure } from "../bridge/recent-failures.ts";
import type { TurnLoad } from "../bridge/turn-queue.ts";
import type { PluginConfig } from "../config/schema.ts";
import type { SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import type { BudgetSources } from "../contractor/spending/budget-report.ts";
import type { LimitBook } from "../endpoint/limit-book.ts";

/** What an overview is made from. */
export type OverviewSources = BudgetSources & {
  config: PluginConfig;
  openStore(workspace: string): Pick<SessionMapStore, "list">;
  limits: Pick<LimitBook, "limitOf">;
  /** Null where no turn of this process could run. */
  live: LiveState | null;
  now(): Date;
};

/** What is under way in the process that takes the turns, at one moment. Conversations by `conversationId`. */
export type LiveState = {
  warm: ReadonlySet<string>;
  loads: ReadonlyMap<string, TurnLoad>;
  failures: TurnFailure[];
  turns: ReadonlyMap<string, LiveTurn>;
  /** By Claude session, in US dollars: also what a turn has cost that was not completed. */
  seenCosts: ReadonlyMap<string, number>;
  hasSpare(agentId: string): boolean;
  liveSessions: number;
  spareSessions: number;
};
