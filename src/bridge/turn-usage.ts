import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { PromptOutcome, TurnUsage } from "../acp/acp-adapter.ts";
import type { SessionUsage } from "../contractor/session-map/session-map-entry.ts";
import type { TurnRecord } from "./turn.ts";

type UsageUpdate = Extract<SessionUpdate, { sessionUpdate: "usage_update" }>;

type SessionReport = Pick<TurnRecord, "contextTokens" | "contextWindow" | "sessionCostUsd" | "costUsd">;

/** A token is about four characters of English. */
const CHARACTERS_A_TOKEN = 4;

/**
 * What a usage update says of the session and of the turn; an empty frame never wipes what an earlier one said.
 * `costBefore`: what the session had cost before the turn, in US dollars; undefined when nobody knows.
 */
export function sessionUsageAfter(
  known: SessionReport,
  { update, costBefore }: { update: UsageUpdate; costBefore: number | undefined },
): SessionReport {
  const { used, size, cost } = update;
  // A failed result may report zero for a session that has cost something.
  const told = cost?.currency === "USD" && (cost.amount > 0 || known.sessionCostUsd === undefined);
  const sessionCostUsd = told ? cost.amount : known.sessionCostUsd;
  return {
    contextTokens: used > 0 ? used : known.contextTokens,
    contextWindow: size > 0 ? size : known.contextWindow,
    sessionCostUsd,
    costUsd: told ? costSince(cost.amount, costBefore) : known.costUsd,
  };
}

/** Claude Code counts from nothing again after its own `/clear`. */
function costSince(total: number, before: number | undefined): number | undefined {
  if (before === undefined) return undefined;
  const cost = total < before ? total : total - before;
  return Math.round(cost * 1e6) / 1e6;
}

/** The turn's usage as the agent reports it, else as its text suggests. */
export function usageOfTurn(
  { usage: reported }: Pick<PromptOutcome, "usage">,
  said: { record: TurnRecord; prompt: string | undefined },
): Pick<TurnRecord, "usage" | "usageEstimated"> {
  const { record, prompt } = said;
  const usage = reported ?? record.usage;
  if (usage !== undefined) return { usage, usageEstimated: false };
  if (prompt === undefined) return { usage: undefined, usageEstimated: false };
  return { usage: estimatedUsage(prompt, record.reasoning + record.text), usageEstimated: true };
}

/** What a session's turns have used together, after one more. */
export function usageAfter(
  before: SessionUsage | undefined,
  { usage, usageEstimated }: Pick<TurnRecord, "usage" | "usageEstimated">,
): SessionUsage | undefined {
  if (usage === undefined) return before;
  return {
    inputTokens: (before?.inputTokens ?? 0) + usage.inputTokens,
    outputTokens: (before?.outputTokens ?? 0) + usage.outputTokens,
    cacheReadTokens: (before?.cacheReadTokens ?? 0) + usage.cacheReadTokens,
    cacheWriteTokens: (before?.cacheWriteTokens ?? 0) + usage.cacheWriteTokens,
    estimated: usageEstimated || before?.estimated === true,
  };
}

/** The host's own total: what is read from the cache counts as what is new. */
export function totalTokensOf(usage: TurnUsage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

function estimatedUsage(prompt: string, answer: string): TurnUsage {
  return {
    inputTokens: tokensIn(prompt),
    outputTokens: tokensIn(answer),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
  };
}

export function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARACTERS_A_TOKEN);
}
