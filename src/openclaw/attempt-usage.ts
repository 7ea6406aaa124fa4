import type { TurnUsage } from "../acp/acp-adapter.ts";
import { totalTokensOf } from "../bridge/turn-usage.ts";
import type { TurnRecord } from "../bridge/turn.ts";
import type { AssistantMessage, AttemptParams, AttemptResult } from "./harness-types.ts";

type MessageUsage = AssistantMessage["usage"];

const NO_USAGE: TurnUsage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** Tokens by the host's names. */
export function hostTokensOf(
  usage: TurnUsage,
): Pick<MessageUsage, "input" | "output" | "cacheRead" | "cacheWrite"> {
  return {
    input: usage.inputTokens,
    output: usage.outputTokens,
    cacheRead: usage.cacheReadTokens,
    cacheWrite: usage.cacheWriteTokens,
  };
}

/** What the turn used, as it is kept with the answer. */
export function messageUsageOf(record: TurnRecord): MessageUsage {
  const { usage = NO_USAGE } = record;
  return {
    ...hostTokensOf(usage),
    totalTokens: totalTokensOf(usage),
    // Claude Code tells the sum alone.
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: record.costUsd ?? 0 },
    ...contextUsageOf(record),
  };
}

/**
 * What the host adds to its account of the session. What the adapter does not report is left out: an empty frame must
 * not wipe what the host knows already. The host has no mark for estimated numbers, so those stay with the answer, where
 * it looks for them when the attempt itself reports none.
 */
export function attemptUsageOf(record: TurnRecord): Partial<AttemptResult> {
  const { usage, costUsd, contextWindow } = record;
  const window =
    contextWindow === undefined
      ? {}
      : { contextTokens: contextWindow, contextTokensSource: "runtime" as const };
  if (usage === undefined || record.usageEstimated) return window;
  return {
    ...window,
    attemptUsage: {
      ...hostTokensOf(usage),
      ...(costUsd === undefined ? {} : { cost: { total: costUsd } }),
      ...contextUsageOf(record),
    },
  };
}

/** Once for a turn, and as long as the attempt lives. */
export function reportOutputTokens({ hostCapabilities }: AttemptParams, record: TurnRecord): void {
  const tokens = record.usage?.outputTokens ?? 0;
  if (tokens > 0 && !record.usageEstimated) hostCapabilities.reportOutputTokens?.(tokens);
}

function contextUsageOf({ contextTokens }: TurnRecord): Pick<MessageUsage, "contextUsage"> {
  if (contextTokens === undefined) return {};
  return {
    contextUsage: { state: "available", promptTokens: contextTokens, totalTokens: contextTokens },
  };
}

/** Of a row whose tokens are counted elsewhere. */
export const NOTHING_USED = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};
