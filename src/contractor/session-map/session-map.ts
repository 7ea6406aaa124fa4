import { ContractorError } from "../../errors/contractor-error.ts";
import type { SessionMapDraft } from "./session-map-draft.ts";
import { sessionMapEntrySchema, type EndReason, type SessionMapEntry } from "./session-map-entry.ts";
import { firstProblemOf } from "./session-map-snapshot.ts";
import type { ConversationKey } from "./session-map-store.ts";

export type Ending = { by: EndReason; at: Date };

const KNOWN_FIELDS = new Set(Object.keys(sessionMapEntrySchema.shape));

/**
 * The active one of a conversation's entries, or null. A map edited by hand may hold several; the one with the latest
 * activity counts.
 */
export function activeOf(entries: SessionMapEntry[]): SessionMapEntry | null {
  return byActivity(entries.filter((entry) => entry.state === "active")).at(-1) ?? null;
}

/** Of two with the same instant, the active one is the later. */
export function latestOf(entries: SessionMapEntry[]): SessionMapEntry | null {
  const ended = entries.filter((entry) => entry.state !== "active");
  const active = entries.filter((entry) => entry.state === "active");
  return byActivity([...ended, ...active]).at(-1) ?? null;
}

/** Ends that a conversation's life does not end with. */
const GOES_ON: ReadonlySet<EndReason | undefined> = new Set<EndReason>(["moved", "rotated", "lost"]);

/** See `SessionMapStore.leftAt`. */
export function leftAt(entries: SessionMapEntry[], endpoint: string): SessionMapEntry | null {
  const ends = entries.filter(({ state, endedBy }) => state !== "active" && !GOES_ON.has(endedBy));
  const lifeBegan = Math.max(-Infinity, ...ends.map(endOf));
  const left = entries.filter((entry) => entry.endedBy === "moved" && entry.endpoint === endpoint);
  return latestOf(left.filter((entry) => endOf(entry) > lifeBegan));
}

function endOf({ endedAt, lastActivityAt }: SessionMapEntry): number {
  return Date.parse(endedAt ?? lastActivityAt);
}

/** By instant, not by text: "00Z" sorts behind "00.5Z" as text. */
export function byActivity(entries: SessionMapEntry[]): SessionMapEntry[] {
  return entries
    .map((entry) => ({ entry, instant: Date.parse(entry.lastActivityAt) }))
    .sort((left, right) => left.instant - right.instant)
    .map(({ entry }) => entry);
}

/** See `SessionMapStore.install`. `entry` has been through `checkEntry`. */
export function installEntry(
  draft: SessionMapDraft,
  { entry, expected, ending }: { entry: SessionMapEntry; expected: string | null; ending: Ending },
): boolean {
  const entries = draft.entriesOf(entry);
  if ((activeOf(entries)?.claudeSessionId ?? null) !== expected) return false;
  for (const other of entries) {
    if (other.state === "active" && other.claudeSessionId !== entry.claudeSessionId) {
      draft.upsert(ended(other, ending));
    }
  }
  const stored = entries.find((other) => other.claudeSessionId === entry.claudeSessionId);
  draft.upsert({ ...unknownFieldsOf(stored), ...activated(entry) });
  return true;
}

/** Ends every active entry of the conversation, so that a reset stays a reset in a map edited by hand too. */
export function endActive(
  draft: SessionMapDraft,
  { key, ending }: { key: ConversationKey; ending: Ending },
): SessionMapEntry | null {
  const entries = draft.entriesOf(key);
  const active = activeOf(entries);
  for (const entry of entries) if (entry.state === "active") draft.upsert(ended(entry, ending));
  return active === null ? null : ended(active, ending);
}

/**
 * A copy of an entry that is to be stored, exactly as it will be read again. Throws `session-map-invalid` for one that
 * does not fit the schema: stored, it would make the whole map unreadable.
 */
export function checkEntry(entry: SessionMapEntry): SessionMapEntry {
  const parsed = sessionMapEntrySchema.safeParse(JSON.parse(JSON.stringify(entry)));
  if (parsed.success) return parsed.data;
  throw new ContractorError("session-map-invalid", {
    message: `A session map entry was not stored, because it is invalid: ${firstProblemOf(parsed.error)}.`,
    mend: "This is a fault of the plugin; report it with this message.",
    cause: parsed.error,
  });
}

function ended(entry: SessionMapEntry, { by, at }: Ending): SessionMapEntry {
  const state = by === "lost" ? "orphaned" : "closed";
  return { ...entry, state, endedAt: at.toISOString(), endedBy: by };
}

function activated(entry: SessionMapEntry): SessionMapEntry {
  const active: SessionMapEntry = { ...entry, state: "active" };
  delete active.endedAt;
  delete active.endedBy;
  return active;
}

function unknownFieldsOf(stored: SessionMapEntry | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored ?? {}).filter(([name]) => !KNOWN_FIELDS.has(name)));
}
