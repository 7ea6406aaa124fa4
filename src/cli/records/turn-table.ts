import type { TurnLogEntry } from "../../contractor/turn-log/turn-log-entry.ts";
import { renderTable } from "../table.ts";

const HEADER = [
  ...["ENDED", "AGENT", "OUTCOME", "SESSION", "FIRST", "TOTAL", "TOOLS", "TOKENS", "COST", "ENDPOINT"],
  "OPENCLAW SESSION",
];
/** Rows that come one by one stand below each other all the same, mostly. */
const WIDTHS = [20, 8, 10, 7, 7, 8, 5, 8, 8, 12, 0];

export function turnTable(entries: TurnLogEntry[]): string {
  return renderTable(
    HEADER.map((name, column) => name.padEnd(WIDTHS[column] ?? 0)),
    entries.map(cellsOf),
  );
}

/** The same without the header, for those that come later. */
export function turnRows(entries: TurnLogEntry[]): string {
  return turnTable(entries).split("\n").slice(1).join("\n");
}

function cellsOf(entry: TurnLogEntry): string[] {
  const { at, agentId, session, ms, toolCalls, costUsd, endpoint, sessionKey } = entry;
  return [
    `${at.slice(0, 19)}Z`,
    agentId,
    outcomeOf(entry),
    session ?? "-",
    secondsOf(ms.firstUpdate),
    secondsOf(ms.result),
    String(toolCalls),
    tokensOf(entry),
    costUsd === null ? "-" : `$${costUsd.toFixed(4)}`,
    endpoint ?? "-",
    sessionKey,
  ];
}

/** What a person should know of how it ended; a turn that simply ended is completed. */
function outcomeOf({ outcome, stopReason, error }: TurnLogEntry): string {
  if (error !== null) return error;
  return outcome === "completed" && stopReason !== null && stopReason !== "end_turn" ? stopReason : outcome;
}

function secondsOf(ms: number | null): string {
  return ms === null ? "-" : `${(ms / 1000).toFixed(2)} s`;
}

function tokensOf({ usage, usageEstimated }: TurnLogEntry): string {
  if (usage === null) return "-";
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const sum = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return `${usageEstimated ? "~" : ""}${sum}`;
}
