import type { z } from "zod";
import { ContractorError } from "../errors/contractor-error.ts";
import {
  SESSION_MAP_VERSION,
  sessionMapEntrySchema,
  type SessionMapEntry,
  type SessionMapFile,
  type SessionMapState,
} from "./session-map-entry.ts";
import type { ConversationKey } from "./session-map-store.ts";

/** What a transformation makes of a map. `map` is the very same object when nothing changed. */
export type SessionMapChange<Result> = { map: SessionMapFile; result: Result };

export function emptySessionMap(): SessionMapFile {
  return { version: SESSION_MAP_VERSION, sessions: [] };
}

/**
 * The active entry of a conversation, or null. A map edited by hand may hold several; the one with the latest
 * activity counts.
 */
export function findActive(map: SessionMapFile, key: ConversationKey): SessionMapEntry | null {
  return byActivity(map.sessions.filter((entry) => isActiveIn(entry, key))).at(-1) ?? null;
}

/** All entries, of one agent or of all, oldest activity first. */
export function listEntries(map: SessionMapFile, agentId?: string): SessionMapEntry[] {
  return byActivity(map.sessions.filter((entry) => agentId === undefined || entry.agentId === agentId));
}

/**
 * See `SessionMapStore.put`. Throws `session-map-invalid` for an entry that does not fit the schema: stored, it would
 * make the whole map unreadable.
 */
export function putEntry(map: SessionMapFile, entry: SessionMapEntry): SessionMapChange<undefined> {
  const checked = checkEntry(entry);
  const stored = map.sessions.find((other) => isSameSession(other, checked));
  const others = map.sessions
    .filter((other) => !isSameSession(other, checked))
    .map((other) => (checked.state === "active" ? retired(other, { key: checked, state: "closed" }) : other));
  return { map: { ...map, sessions: [...others, { ...stored, ...checked }] }, result: undefined };
}

/** One problem is enough to find the place, and a map with a hundred bad entries has hundreds. */
export function firstProblemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? error.message : `${issue.path.join(".") || "the whole"}: ${issue.message}`;
}

/** See `SessionMapStore.close`. */
export function closeEntry(
  map: SessionMapFile,
  key: ConversationKey,
): SessionMapChange<SessionMapEntry | null> {
  return retireActive(map, { key, state: "closed" });
}

/** See `SessionMapStore.markOrphaned`. */
export function orphanEntry(
  map: SessionMapFile,
  key: ConversationKey,
): SessionMapChange<SessionMapEntry | null> {
  return retireActive(map, { key, state: "orphaned" });
}

/** See `SessionMapStore.removeAgent`. */
export function removeAgentEntries(map: SessionMapFile, agentId: string): SessionMapChange<number> {
  const kept = map.sessions.filter((entry) => entry.agentId !== agentId);
  const removed = map.sessions.length - kept.length;
  return { map: removed === 0 ? map : { ...map, sessions: kept }, result: removed };
}

type Retirement = { key: ConversationKey; state: Exclude<SessionMapState, "active"> };

/** Retires every active entry of the conversation, so that a reset stays a reset in a map edited by hand too. */
function retireActive(map: SessionMapFile, to: Retirement): SessionMapChange<SessionMapEntry | null> {
  const active = findActive(map, to.key);
  if (active === null) return { map, result: null };
  const sessions = map.sessions.map((entry) => retired(entry, to));
  return { map: { ...map, sessions }, result: { ...active, state: to.state } };
}

function retired(entry: SessionMapEntry, { key, state }: Retirement): SessionMapEntry {
  return isActiveIn(entry, key) ? { ...entry, state } : entry;
}

function isActiveIn(entry: SessionMapEntry, key: ConversationKey): boolean {
  return entry.state === "active" && isSameConversation(entry, key);
}

function isSameConversation(left: ConversationKey, right: ConversationKey): boolean {
  return left.agentId === right.agentId && left.openclawSessionKey === right.openclawSessionKey;
}

function isSameSession(left: SessionMapEntry, right: SessionMapEntry): boolean {
  return isSameConversation(left, right) && left.claudeSessionId === right.claudeSessionId;
}

/** By instant, not by text: "00Z" sorts behind "00.5Z" as text. */
function byActivity(entries: SessionMapEntry[]): SessionMapEntry[] {
  return entries.toSorted(
    (left, right) => Date.parse(left.lastActivityAt) - Date.parse(right.lastActivityAt),
  );
}

function checkEntry(entry: SessionMapEntry): SessionMapEntry {
  const parsed = sessionMapEntrySchema.safeParse(entry);
  if (parsed.success) return parsed.data;
  throw new ContractorError("session-map-invalid", {
    message: `A session map entry was not stored, because it is invalid: ${firstProblemOf(parsed.error)}.`,
    mend: "This is a fault of the plugin; report it with this message.",
    cause: parsed.error,
  });
}
