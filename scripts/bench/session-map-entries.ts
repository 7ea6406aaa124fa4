import type { SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";

/** An entry as the plugin writes one; those of one agent differ in their numbers. */
export function mapEntry({
  agentId,
  workspace,
  number,
}: {
  agentId: string;
  workspace: string;
  number: number;
}): SessionMapEntry {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString();
  return {
    openclawSessionKey: `agent:${agentId}:conversation-${number}`,
    agentId,
    contractor: "claude",
    claudeSessionId: `0b7d3c1e-5b0f-4c55-9d0a-${String(number).padStart(12, "0")}`,
    workspace,
    createdAt: at,
    lastActivityAt: at,
    state: "active",
    lifecycle: "6f2f6d1f-8a11-4c55-9d0a-0b7d3c1e5b0f",
    transcript: `/srv/agent/.claude/projects/-srv-code-app/${number}.jsonl`,
    turns: 1,
  };
}
