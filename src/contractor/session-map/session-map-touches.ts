import type { SessionMapDraft } from "./session-map-draft.ts";
import type { SessionMapEntry } from "./session-map-entry.ts";
import { entryIdOf } from "./session-map-index.ts";
import type { ConversationKey, SessionActivity } from "./session-map-store.ts";
import { activeOf } from "./session-map.ts";

/** Completed turns of one session that are not on disk yet. Never changed, only replaced. */
export type PendingTouch = Omit<SessionActivity, "changes"> & {
  changes: NonNullable<SessionActivity["changes"]>;
  count: number;
};

/**
 * What `touch` has noted. It is laid over what is read, and counts for a session only while that session is its
 * conversation's active one: what another process did meanwhile stays.
 */
export type PendingTouches = {
  isEmpty: () => boolean;
  overlay: (entry: SessionMapEntry) => SessionMapEntry;
  add(activity: SessionActivity): void;
  /** Writes the touches, of one conversation or of all, into a draft; resolves to those that a `settle` then ends. */
  applyTo(draft: SessionMapDraft, key?: ConversationKey): PendingTouch[];
  /** What was taken is on disk, or proven to be of no use; touches noted since then stay pending. */
  settle(taken: PendingTouch[]): void;
};

export function createPendingTouches(): PendingTouches {
  const pending = new Map<string, PendingTouch>();
  return {
    isEmpty: () => pending.size === 0,
    overlay(entry) {
      const touch = entry.state === "active" ? pending.get(entryIdOf(entry)) : undefined;
      return touch === undefined ? entry : touched(entry, touch);
    },
    add(activity) {
      const id = idOf(activity);
      pending.set(id, merged(pending.get(id), activity));
    },
    applyTo(draft, key) {
      const taken = [...pending.values()].filter((touch) => key === undefined || isOf(touch, key));
      for (const touch of taken) {
        const active = activeOf(draft.entriesOf(touch.key));
        if (active?.claudeSessionId === touch.claudeSessionId) draft.upsert(touched(active, touch));
      }
      return taken;
    },
    settle(taken) {
      for (const touch of taken) {
        const id = idOf(touch);
        const current = pending.get(id);
        if (current === undefined || current === touch) pending.delete(id);
        else pending.set(id, { ...current, count: current.count - touch.count });
      }
    },
  };
}

export function touched(
  entry: SessionMapEntry,
  { at, changes = {}, count = 1 }: Pick<SessionActivity, "at" | "changes"> & { count?: number },
): SessionMapEntry {
  const lastActivityAt = later(entry.lastActivityAt, at);
  return { ...entry, ...withoutUndefined(changes), lastActivityAt, turns: entry.turns + count };
}

function merged(earlier: PendingTouch | undefined, activity: SessionActivity): PendingTouch {
  const changes = withoutUndefined(activity.changes ?? {});
  const copy = { ...activity, key: { ...activity.key }, changes };
  if (earlier === undefined) return { ...copy, count: 1 };
  const at = later(earlier.at, activity.at);
  return { ...copy, at, changes: { ...earlier.changes, ...changes }, count: earlier.count + 1 };
}

function later(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? one : other;
}

/** A field that is named but undefined counts as left out. */
function withoutUndefined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

function idOf({ key, claudeSessionId }: Pick<SessionActivity, "key" | "claudeSessionId">): string {
  return entryIdOf({ agentId: key.agentId, openclawSessionKey: key.openclawSessionKey, claudeSessionId });
}

function isOf(touch: PendingTouch, key: ConversationKey): boolean {
  return touch.key.agentId === key.agentId && touch.key.openclawSessionKey === key.openclawSessionKey;
}
