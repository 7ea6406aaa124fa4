import type { SessionMapEntry } from "./session-map-entry.ts";

/** How much history a map keeps beside its active entries. */
export type Retention = { closedSessionDays: number; closedSessionsKept: number };

/** As the defaults of the plugin's configuration. */
export const DEFAULT_RETENTION: Retention = { closedSessionDays: 90, closedSessionsKept: 500 };

const DAY_MS = 86_400_000;

/** The entries that stay, in their order: every active one, and of the ended ones the young and the latest. */
export function prune(
  entries: SessionMapEntry[],
  { retention, now }: { retention: Retention; now: Date },
): SessionMapEntry[] {
  const oldest = now.getTime() - retention.closedSessionDays * DAY_MS;
  const kept = entries
    .filter((entry) => entry.state !== "active")
    .map((entry) => ({ entry, instant: Date.parse(entry.endedAt ?? entry.lastActivityAt) }))
    .filter(({ instant }) => instant >= oldest)
    .sort((left, right) => right.instant - left.instant)
    .slice(0, retention.closedSessionsKept)
    .map(({ entry }) => entry);
  const stays = new Set(kept);
  return entries.filter((entry) => entry.state === "active" || stays.has(entry));
}
