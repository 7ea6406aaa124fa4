import { describe, expect, it } from "vitest";
import { pluginConfigSchema } from "../../src/config/schema.ts";
import { resolveContractorAgentMetadata } from "../../src/contractor/metadata-resolver.ts";

const ENDPOINT = { baseUrl: "http://127.0.0.1:11434", apiKeyEnv: "LOCAL_KEY" };

const CONFIG = pluginConfigSchema.parse({
  contractors: {
    dev: { contractor: "claude", workspace: "/srv/app" },
    local: {
      contractor: "claude",
      workspace: "/srv/other",
      mode: "oneshot",
      adapter: "claude-code-acp",
      endpoint: "ollama",
      model: "qwen",
      claudeExecutable: "/opt/claude",
      permissionMode: "bypass",
      bypassAcknowledged: true,
      silenceMinutes: 90,
    },
    astray: { contractor: "claude", workspace: "/srv/app", endpoint: "gone" },
    odd: { contractor: "claude", workspace: "/srv/app", endpoint: "constructor" },
  },
  endpoints: { ollama: ENDPOINT },
});

describe("resolveContractorAgentMetadata", () => {
  it("fills in what a contractor's settings leave open", () => {
    expect(resolveContractorAgentMetadata(CONFIG, "dev")).toEqual({
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
      homeEndpoint: "subscription",
      fallbacks: [],
      routes: [],
      claudeConfigDir: undefined,
      permissionMode: "ask",
      bypassAcknowledged: false,
      silenceMinutes: 30,
      tools: ["messaging", "sessions", "agents", "memory", "automation"],
      mcpServers: [],
    });
  });

  it("gives what the settings say, with the endpoint in full", () => {
    expect(resolveContractorAgentMetadata(CONFIG, "local")).toMatchObject({
      mode: "oneshot",
      adapter: "claude-code-acp",
      model: "qwen",
      claudeExecutable: "/opt/claude",
      endpoint: { name: "ollama", ...ENDPOINT },
      permissionMode: "bypass",
      bypassAcknowledged: true,
      silenceMinutes: 90,
    });
  });

  it.each(["main", "", "constructor", "__proto__", "toString"])("knows no contractor %j", (agentId) => {
    expect(() => resolveContractorAgentMetadata(CONFIG, agentId)).toThrow(
      expect.objectContaining({ code: "contractor-unknown" }),
    );
  });

  it.each(["astray", "odd"])("says which endpoints there are when that of %s is gone", (agentId) => {
    expect(() => resolveContractorAgentMetadata(CONFIG, agentId)).toThrow(
      expect.objectContaining({
        code: "endpoint-unknown",
        message: expect.stringContaining("(known: ollama)") as string,
      }),
    );
  });
});
