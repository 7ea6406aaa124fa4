import { setTimeout as wait } from "node:timers/promises";
import type { TurnLogEntry } from "../../contractor/turn-log/turn-log-entry.ts";
import { turnLogFolderOf } from "../../contractor/turn-log/turn-log-files.ts";
import { openTurnLog } from "../../contractor/turn-log/turn-log-reader.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import { turnRows, turnTable } from "./turn-table.ts";

export type LogsOptions = {
  agentId?: string;
  sessionKey?: string;
  /** The earliest turn: an instant, or milliseconds before now. */
  since?: { at: number } | { ago: number };
  errors?: boolean;
  /** The latest so many. */
  lines: number;
  follow?: boolean;
  json?: boolean;
};

const POLL_MS = 500;

/**
 * The latest turns as a table, or as JSON, a line each; with `follow` those that come, too, until `signal` is aborted.
 * Rejects with `state-unusable` when the log cannot be read.
 */
export async function showLogs(
  context: HostCliContext,
  options: LogsOptions,
  {
    print,
    signal,
    pollMs = POLL_MS,
  }: { print: (text: string) => void; signal: AbortSignal; pollMs?: number },
): Promise<void> {
  const isWanted = await filterOf(context, options);
  const reader = await openTurnLog(turnLogFolderOf(context.stateDir));
  try {
    const past = await latestOf(reader.past(), { isWanted, count: options.lines });
    if (options.json !== true) print(past.length > 0 || options.follow === true ? turnTable(past) : NOTHING);
    else if (past.length > 0) print(jsonLines(past));
    while (options.follow === true && (await waited(pollMs, signal))) {
      const news: TurnLogEntry[] = [];
      for await (const entry of reader.news()) if (isWanted(entry)) news.push(entry);
      if (news.length > 0) print(options.json === true ? jsonLines(news) : turnRows(news));
    }
  } finally {
    await reader.close();
  }
}

const NOTHING = "No turns to show.";

async function filterOf(
  context: HostCliContext,
  options: LogsOptions,
): Promise<(entry: TurnLogEntry) => boolean> {
  const { agentId, sessionKey, errors = false } = options;
  const from = startOf(options.since, context.now());
  const key =
    agentId === undefined || sessionKey === undefined
      ? sessionKey
      : (await context.conversationKeyOf({ agentId, sessionKey })).openclawSessionKey;
  return (entry) =>
    (agentId === undefined || entry.agentId === agentId) &&
    (key === undefined || entry.sessionKey === key) &&
    (!errors || entry.outcome === "failed") &&
    Date.parse(entry.at) >= from;
}

function startOf(since: LogsOptions["since"], now: Date): number {
  if (since === undefined) return -Infinity;
  return "at" in since ? since.at : now.getTime() - since.ago;
}

async function latestOf(
  entries: AsyncIterable<TurnLogEntry>,
  { isWanted, count }: { isWanted: (entry: TurnLogEntry) => boolean; count: number },
): Promise<TurnLogEntry[]> {
  let latest: TurnLogEntry[] = [];
  for await (const entry of entries) {
    if (isWanted(entry)) latest.push(entry);
    if (latest.length > 2 * count) latest = latest.slice(latest.length - count);
  }
  return latest.slice(Math.max(0, latest.length - count));
}

function jsonLines(entries: TurnLogEntry[]): string {
  return entries.map((entry) => JSON.stringify(entry)).join("\n");
}

/** False when nobody wants to wait any longer. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return wait(ms, true, { signal }).catch(() => false);
}
