import type { ContractorOverview, ConversationOverview, Overview } from "../../src/overview/overview.ts";

export const sampleOverview: Overview = {
  at: "2026-01-02T00:00:00.000Z",
  pool: { liveSessions: 3, maxLiveSessions: 6, spareSessions: 1 },
  contractors: [],
};

/** What a Gateway tells of a contractor that does nothing at present. */
export function sampleContractor(fields: Partial<ContractorOverview> = {}): ContractorOverview {
  return {
    ...{ agentId: "dev", contractor: "claude", workspace: "/srv/dev", adapter: "claude-agent-acp" },
    ...{ endpoint: null, model: null, mode: "persistent", permissionMode: "ask" },
    ...{ warm: 0, busy: 0, queued: 0, spare: false, limits: [], budget: [], spent: null },
    ...{ lastError: null, problem: null, conversations: [] },
    ...fields,
  };
}

/** One active conversation, of which nothing is told but its turns. */
export function sampleConversation(fields: Partial<ConversationOverview> = {}): ConversationOverview {
  return {
    ...{ openclawSessionKey: "agent:dev:main", claudeSessionId: "claude-1", state: "active" },
    ...{ workspace: "/srv/dev", createdAt: "2026-01-01T00:00:00.000Z", turns: 1 },
    ...{ lastActivityAt: "2026-01-01T22:00:00.000Z", endedAt: null, endedBy: null, endpoint: null },
    ...{ usage: null, costUsd: null, contextTokens: null, contextWindow: null },
    ...{ warm: false, busy: false, queued: 0, turn: null, lastError: null },
    ...fields,
  };
}
