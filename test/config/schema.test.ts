import { describe, expect, it } from "vitest";
import { pluginConfigSchema } from "../../src/config/schema.ts";

const CONTRACTOR = { contractor: "claude", workspace: "/srv/app" };
const ENDPOINT = { baseUrl: "http://127.0.0.1:11434", apiKeyEnv: "LOCAL_KEY" };

type Input = Record<string, unknown>;

function contractor(overrides: Input): Input {
  return { contractors: { dev: { ...CONTRACTOR, ...overrides } } };
}

function endpoint(overrides: Input): Input {
  return { endpoints: { local: { ...ENDPOINT, ...overrides } } };
}

function named(group: "contractors" | "endpoints", name: string): Input {
  return { [group]: { [name]: group === "contractors" ? CONTRACTOR : ENDPOINT } };
}

describe("the plugin's configuration", () => {
  it("has a default for everything", () => {
    expect(pluginConfigSchema.parse({})).toEqual({
      contractors: {},
      endpoints: {},
      idleMinutes: 10,
      maxLiveSessions: 6,
      maxQueuedTurns: 8,
      messagesEndpoint: { enabled: false, maxConcurrentTurns: 4, maxBodyMb: 32, maxImages: 20 },
      sessionCatalog: { enabled: false },
      spareSessions: 1,
      closedSessionDays: 90,
      closedSessionsKept: 500,
    });
  });

  it("lasts, and uses the maintained adapter, unless a contractor says otherwise", () => {
    expect(pluginConfigSchema.parse(contractor({})).contractors["dev"]).toEqual({
      ...CONTRACTOR,
      mode: "persistent",
      adapter: "claude-agent-acp",
      onLimit: "error",
      routes: [],
      permissionMode: "ask",
      bypassAcknowledged: false,
      silenceMinutes: 30,
      tools: ["messaging", "sessions", "agents", "memory", "automation"],
      mcpServers: [],
    });
  });

  it.each<[string, Input]>([
    [
      "a contractor with everything",
      contractor({
        mode: "oneshot",
        adapter: "claude-code-acp",
        endpoint: "local",
        model: "opus",
        claudeExecutable: "/opt/claude",
        permissionMode: "bypass",
        bypassAcknowledged: true,
        silenceMinutes: 1440,
      }),
    ],
    ["an id of 64 characters", named("contractors", `a${"-".repeat(63)}`)],
    ["an endpoint with a dot in its name", named("endpoints", "llama.cpp")],
    ["an https endpoint with a path", endpoint({ baseUrl: "https://gateway.example/anthropic" })],
    ["no idle time at all", { idleMinutes: 0 }],
    ["a day of idle time", { idleMinutes: 1440 }],
  ])("takes %s", (_, input) => {
    expect(pluginConfigSchema.safeParse(input).error).toBeUndefined();
  });

  it.each<[string, Input]>([
    ["a key that nobody knows", { contractor: {} }],
    ["a contractor's key that nobody knows", contractor({ permissions: "bypass" })],
    ["a permission mode that nobody knows", contractor({ permissionMode: "yolo" })],
    ["a relative workspace", contractor({ workspace: "app" })],
    ["a workspace in the home folder's short form", contractor({ workspace: "~/app" })],
    ["no workspace", contractor({ workspace: undefined })],
    ["another kind of contractor", contractor({ contractor: "gemini" })],
    ["another mode", contractor({ mode: "always" })],
    ["another adapter", contractor({ adapter: "my-adapter" })],
    ["an empty model", contractor({ model: "" })],
    ["a relative executable", contractor({ claudeExecutable: "claude" })],
    ["an endpoint's name with a space", contractor({ endpoint: "my endpoint" })],
    ["an agent id in capitals", named("contractors", "Dev")],
    ["an agent id that is a path", named("contractors", "../dev")],
    ["an agent id of 65 characters", named("contractors", "a".repeat(65))],
    ["an endpoint without a name", named("endpoints", "")],
    ["an endpoint that is no http", endpoint({ baseUrl: "ftp://127.0.0.1" })],
    ["an endpoint that is no URL", endpoint({ baseUrl: "localhost" })],
    ["an endpoint with its key in the settings", endpoint({ apiKey: "sk-1" })],
    ["a key in the place of a variable's name", endpoint({ apiKeyEnv: "sk-secret" })],
    ["negative idle time", { idleMinutes: -1 }],
    ["two days of idle time", { idleMinutes: 2880 }],
    ["no live session", { maxLiveSessions: 0 }],
    ["half a live session", { maxLiveSessions: 1.5 }],
    ["65 live sessions", { maxLiveSessions: 65 }],
  ])("refuses %s", (_, input) => {
    expect(pluginConfigSchema.safeParse(input).success).toBe(false);
  });
});
