import { conversationId, conversationKeyOfId } from "../bridge/conversation-id.ts";
import type { TurnFailure } from "../bridge/recent-failures.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import type { LiveState, OverviewSources } from "./overview-sources.ts";
import type { ConversationOverview } from "./overview.ts";

/**
 * The conversations of one contractor, in any state, latest activity first; those that are under way and have no session
 * yet stand in front. Rejects as the store does.
 */
export async function readConversations(
  sources: Pick<OverviewSources, "openStore" | "live">,
  { agentId, workspace }: { agentId: string; workspace: string },
): Promise<ConversationOverview[]> {
  const { live } = sources;
  const entries = await sources.openStore(workspace).list(agentId);
  // By instant, not by text: "00Z" sorts behind "00.5Z" as text.
  entries.sort((left, right) => Date.parse(right.lastActivityAt) - Date.parse(left.lastActivityAt));
  const active = new Set(entries.filter(isActive).map(conversationId));
  const fresh = liveIds(live).filter((id) => conversationKeyOfId(id).agentId === agentId && !active.has(id));
  return [
    ...fresh.map((id) => ({
      ...newConversation(id, workspace),
      ...liveFacts(live, conversationKeyOfId(id)),
    })),
    ...entries.map((entry) => ({
      ...mapped(entry, live),
      ...(isActive(entry) ? liveFacts(live, entry) : NOT_LIVE),
    })),
  ];
}

type LiveFacts = Pick<ConversationOverview, "warm" | "busy" | "queued" | "turn" | "lastError">;

const NOT_LIVE: LiveFacts = { warm: false, busy: false, queued: 0, turn: null, lastError: null };

function isActive({ state }: SessionMapEntry): boolean {
  return state === "active";
}

function liveIds(live: LiveState | null): string[] {
  return live === null ? [] : [...new Set([...live.loads.keys(), ...live.warm])];
}

function liveFacts(live: LiveState | null, key: ConversationKey): LiveFacts {
  if (live === null) return NOT_LIVE;
  const id = conversationId(key);
  const { busy, queued } = live.loads.get(id) ?? { busy: false, queued: 0 };
  const failure = live.failures.find((one) => conversationId(one) === id);
  const turn = live.turns.get(id) ?? null;
  return { warm: live.warm.has(id), busy, queued, turn, lastError: failureSeen(failure) };
}

/** A failure as an overview has it. */
export function failureSeen(failure: TurnFailure | undefined): ConversationOverview["lastError"] {
  if (failure === undefined) return null;
  const { code, at, openclawSessionKey } = failure;
  return { code, at, openclawSessionKey };
}

type Mapped = Omit<ConversationOverview, keyof LiveFacts>;

function newConversation(id: string, workspace: string): Mapped {
  const { openclawSessionKey } = conversationKeyOfId(id);
  return {
    ...{ openclawSessionKey, claudeSessionId: null, state: "new", workspace, turns: 0 },
    ...{ createdAt: null, lastActivityAt: null, endedAt: null, endedBy: null, endpoint: null },
    ...{ usage: null, costUsd: null, contextTokens: null, contextWindow: null },
  };
}

function mapped(entry: SessionMapEntry, live: LiveState | null): Mapped {
  const { openclawSessionKey, claudeSessionId, state, workspace, createdAt, lastActivityAt, turns } = entry;
  const { endedAt = null, endedBy = null, endpoint = null } = entry;
  const { usage = null, contextTokens = null, contextWindow = null } = entry;
  const costUsd = live?.seenCosts.get(claudeSessionId) ?? entry.costUsd ?? null;
  return {
    ...{ openclawSessionKey, claudeSessionId, state, workspace, createdAt, lastActivityAt },
    ...{ endedAt, endedBy, endpoint, turns, usage, costUsd, contextTokens, contextWindow },
  };
}
