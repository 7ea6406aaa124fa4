import type { ContractorAgentMetadata } from "../../src/contractor/metadata-resolver.ts";

/** A contractor with nothing but defaults. */
export function sampleMetadata(overrides: Partial<ContractorAgentMetadata> = {}): ContractorAgentMetadata {
  return {
    agentId: "dev",
    contractor: "claude",
    bridgeModel: "contractor-agent/contractor-claude-bridge",
    workspace: "/srv/app",
    backend: "acp",
    mode: "persistent",
    adapter: "claude-agent-acp",
    model: undefined,
    claudeExecutable: undefined,
    endpoint: undefined,
    permissionMode: "ask",
    bypassAcknowledged: false,
    silenceMinutes: 30,
    tools: [],
    mcpServers: [],
    budget: undefined,
    ...overrides,
  };
}
