import type { NamedEndpoint } from "../../src/endpoint/endpoint-key.ts";
import type { ContractorAgentMetadata } from "../../src/contractor/metadata-resolver.ts";

/** A profile with nothing but defaults. */
export function sampleEndpoint(overrides: Partial<NamedEndpoint> = {}): NamedEndpoint {
  return {
    name: "local",
    format: "anthropic",
    auth: "api-key",
    baseUrl: "http://127.0.0.1:11434",
    apiKeyEnv: "LOCAL_KEY",
    noTelemetry: true,
    ...overrides,
  };
}

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
    homeEndpoint: overrides.endpoint?.name ?? "subscription",
    fallbacks: [],
    routes: [],
    claudeConfigDir: undefined,
    permissionMode: "ask",
    bypassAcknowledged: false,
    silenceMinutes: 30,
    tools: [],
    mcpServers: [],
    budget: undefined,
    ...overrides,
  };
}
