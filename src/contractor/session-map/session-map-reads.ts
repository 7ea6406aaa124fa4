import type { SessionMapEntry } from "./session-map-entry.ts";
import type { SessionIndex } from "./session-map-index.ts";
import type { ConversationKey, SessionMapIncident } from "./session-map-store.ts";
import type { PendingTouches } from "./session-map-touches.ts";
import { byActivity } from "./session-map.ts";

/** A conversation's entries, with the turns that are not on disk yet. */
export function entriesOf(
  index: SessionIndex,
  { key, touches }: { key: ConversationKey; touches?: PendingTouches },
): SessionMapEntry[] {
  const entries = index.entriesOf(key);
  return touches === undefined ? entries : entries.map(touches.overlay);
}

/** See `SessionMapStore.list`. */
export function listOf(
  index: SessionIndex,
  { agentId, touches }: { agentId: string | undefined; touches?: PendingTouches },
): SessionMapEntry[] {
  const entries = index.all().filter((entry) => agentId === undefined || entry.agentId === agentId);
  return byActivity(touches === undefined ? entries : entries.map(touches.overlay));
}

/** See `SessionMapStore.incidents`. */
export function incidentsOf(index: SessionIndex): SessionMapIncident[] {
  return index.rest.incidents ?? [];
}
