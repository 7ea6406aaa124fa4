import type { SessionMapEntry } from "./session-map-entry.ts";

/** How much history a map keeps beside its active entries. */
export type Retention = { closedSessionDays: number; closedSessionsKept: number };

/** As the defaults of the plugin's configuration. */
export const DEFAULT_RETENTION: Retention = { closedSessionDays: 90, closedSessionsKept: 500 };

const DAY_MS = 86_400_000;

/**
 * The entries that stay, in their order: every active one, and of the ended ones the young and the latest. However few
 * may be kept, the last of a conversation stays as long as it is young: it tells that what was before was ended.
 */
export function prune(
  entries: SessionMapEntry[],
  { retention, now }: { retention: Retention; now: Date },
): SessionMapEntry[] {
  const oldest = now.getTime() - retention.closedSessionDays * DAY_MS;
  const young = entries
    .filter((entry) => entry.state !== "active")
    .map((entry) => ({ entry, instant: Date.parse(entry.endedAt ?? entry.lastActivityAt) }))
    .filter(({ instant }) => instant >= oldest)
    .sort((left, right) => right.instant - left.instant)
    .map(({ entry }) => entry);
  const stays = new Set([...young.slice(0, retention.closedSessionsKept), ...lastOfEach(entries, young)]);
  return entries.filter((entry) => entry.state === "active" || stays.has(entry));
}

/** The latest ended entry of each conversation that has no active one. `ended`: latest first. */
function lastOfEach(entries: SessionMapEntry[], ended: SessionMapEntry[]): SessionMapEntry[] {
  const seen = new Set(entries.filter(({ state }) => state === "active").map(conversationOf));
  return ended.filter((entry) => {
    const conversation = conversationOf(entry);
    if (seen.has(conversation)) return false;
    seen.add(conversation);
    return true;
  });
}

function conversationOf({ agentId, openclawSessionKey }: SessionMapEntry): string {
  return JSON.stringify([agentId, openclawSessionKey]);
}
