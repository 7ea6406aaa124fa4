import type { UnfinishedTurn } from "../contractor/open-turns.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import type { FreshStartReason } from "./session-start.ts";
import type { TurnRequest } from "./turn.ts";

/** Which Claude session a turn shall have. */
export type SessionPlan =
  /** `replaces`: the active entry, where the conversation comes back from another endpoint to this one's session. */
  | { kind: "continue"; entry: SessionMapEntry; replaces: SessionMapEntry | null }
  /** `replaces`: the active entry that the new session takes the place of. */
  | {
      kind: "begin";
      replaces: SessionMapEntry | null;
      because: FreshStartReason | undefined;
      /** ISO timestamp: what OpenClaw has from before it is not for the new session. */
      historyFrom: string | undefined;
    };

/** Reads the map, and tells a conversation that is new from one that has lost its session. */
export async function planSession(
  store: SessionMapStore,
  turn: {
    key: ConversationKey;
    request: TurnRequest;
    left: UnfinishedTurn | null;
    /** The one that serves the turn. */
    endpoint: string;
  },
): Promise<SessionPlan> {
  const { key, request, left, endpoint } = turn;
  const entry = await store.get(key);
  if (entry !== null && isOfThisLife(entry, request)) return goOn(store, { key, entry, endpoint });
  // OpenClaw began the conversation anew while this plugin was not there to hear of it.
  const superseded = entry !== null;
  const ended = superseded ? await store.close(key, "superseded") : await store.latest(key);
  return {
    kind: "begin",
    replaces: null,
    because: superseded ? undefined : await reasonToBegin(store, { ended, request, left }),
    historyFrom: historyFromAfter(ended),
  };
}

/** A Claude session stays with its endpoint: another one may refuse what the first has signed, and has another context. */
async function goOn(
  store: SessionMapStore,
  { key, entry, endpoint }: { key: ConversationKey; entry: SessionMapEntry; endpoint: string },
): Promise<SessionPlan> {
  if (entry.endpoint === undefined || entry.endpoint === endpoint) {
    return { kind: "continue", entry, replaces: null };
  }
  const { historyFrom } = entry;
  const left = await store.leftAt(key, endpoint);
  if (left === null) return { kind: "begin", replaces: entry, because: "moved", historyFrom };
  const returning = { ...left, missedSince: left.missedSince ?? left.lastActivityAt };
  return { kind: "continue", entry: returning, replaces: entry };
}

function isOfThisLife(entry: SessionMapEntry, { lifecycle }: TurnRequest): boolean {
  return entry.lifecycle === undefined || lifecycle === undefined || entry.lifecycle === lifecycle;
}

async function reasonToBegin(
  store: SessionMapStore,
  turn: { ended: SessionMapEntry | null; request: TurnRequest; left: UnfinishedTurn | null },
): Promise<FreshStartReason | undefined> {
  const { ended, request, left } = turn;
  if (left !== null) return "unfinished";
  if (ended !== null) return ended.endedBy === "rewound" ? "rewound" : undefined;
  const damage = (await store.incidents()).at(-1);
  return damage !== undefined && (await wasAnsweredBefore(request, damage.at)) ? "map-lost" : "joined";
}

/** A rewind cuts the history itself; after every other end, what was before it is over. */
export function historyFromAfter(ended: SessionMapEntry | null): string | undefined {
  return ended?.endedBy === "rewound" ? ended.historyFrom : ended?.endedAt;
}

async function wasAnsweredBefore({ readHistory }: TurnRequest, time: string): Promise<boolean> {
  const history = await readHistory().catch(() => []);
  return history.some(
    ({ role, at }) => role === "assistant" && at !== undefined && Date.parse(at) < Date.parse(time),
  );
}
