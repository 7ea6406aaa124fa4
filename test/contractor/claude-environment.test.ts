import { describe, expect, it } from "vitest";
import { claudeEnvironment } from "../../src/contractor/claude-environment.ts";
import { sampleEndpoint, sampleMetadata } from "./metadata.ts";

const QUIET = Object.keys(claudeEnvironment(sampleMetadata(), { access: undefined, ambient: {} }));
const SECRET = "sk-secret-value";
const AMBIENT = {
  ANTHROPIC_API_KEY: "sk-somebody-else",
  ANTHROPIC_MODEL: "stray",
  AWS_PROFILE: "work",
  CLAUDECODE: "1",
};
const ACCESS = { baseUrl: "http://127.0.0.1:11434", key: SECRET };

type Overrides = Parameters<typeof sampleMetadata>[0];

/** What the contractor's settings add to what every contractor has. */
function added(
  overrides: Overrides,
  access = ACCESS as { baseUrl: string | undefined; key: string | undefined },
): Record<string, string> {
  const given = overrides?.endpoint === undefined ? undefined : access;
  const variables = claudeEnvironment(sampleMetadata(overrides), { access: given, ambient: AMBIENT });
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !QUIET.includes(name)));
}

describe("claudeEnvironment", () => {
  it("sets nothing but quiet for a contractor on the Claude login, whatever the Gateway has set", () => {
    expect(added({})).toEqual({});
    expect(QUIET).toContain("DISABLE_TELEMETRY");
  });

  it("gives the model, the executable and the folder, and no model tiers without an endpoint", () => {
    const settings = { model: "opus", claudeExecutable: "/opt/claude", claudeConfigDir: "/srv/claude" };
    expect(added(settings)).toEqual({
      ANTHROPIC_MODEL: "opus",
      CLAUDE_CODE_EXECUTABLE: "/opt/claude",
      CLAUDE_CONFIG_DIR: "/srv/claude",
    });
  });

  it("shows an API key as such, and a gateway's token as a bearer token", () => {
    expect(added({ endpoint: sampleEndpoint() })).toEqual({
      ANTHROPIC_BASE_URL: ACCESS.baseUrl,
      ANTHROPIC_API_KEY: SECRET,
    });
    expect(added({ endpoint: sampleEndpoint({ auth: "gateway" }) })).toEqual({
      ANTHROPIC_BASE_URL: ACCESS.baseUrl,
      ANTHROPIC_AUTH_TOKEN: SECRET,
    });
  });

  it("never lets Claude Code look for a login to show an endpoint that wants no key", () => {
    const local = sampleEndpoint({ auth: "gateway", apiKeyEnv: undefined });
    expect(added({ endpoint: local }, { baseUrl: ACCESS.baseUrl, key: undefined })).toMatchObject({
      ANTHROPIC_AUTH_TOKEN: "none",
    });
  });

  it("gives a subscription's token, and no address", () => {
    const endpoint = sampleEndpoint({ auth: "subscription", baseUrl: undefined });
    expect(added({ endpoint }, { baseUrl: undefined, key: SECRET })).toEqual({
      CLAUDE_CODE_OAUTH_TOKEN: SECRET,
    });
  });

  it("names the endpoint's model for every tier that Claude Code asks for, and its own names before it", () => {
    const endpoint = sampleEndpoint({ models: { haiku: "qwen-mini" } });
    expect(added({ endpoint, model: "qwen" })).toMatchObject({
      ANTHROPIC_MODEL: "qwen",
      ANTHROPIC_DEFAULT_OPUS_MODEL: "qwen",
      ANTHROPIC_DEFAULT_SONNET_MODEL: "qwen",
      ANTHROPIC_DEFAULT_HAIKU_MODEL: "qwen-mini",
    });
  });

  it("leaves Anthropic's own API its small models", () => {
    const baseUrl = "https://api.anthropic.com";
    const endpoint = sampleEndpoint({ baseUrl });
    expect(added({ endpoint, model: "opus" }, { baseUrl, key: SECRET })).toEqual({
      ANTHROPIC_BASE_URL: baseUrl,
      ANTHROPIC_API_KEY: SECRET,
      ANTHROPIC_MODEL: "opus",
    });
  });

  it("passes on what a cloud needs, by name and nothing else", () => {
    const bedrock = sampleEndpoint({
      ...{ format: "bedrock", baseUrl: undefined, apiKeyEnv: undefined },
      ...{ region: "eu-central-1", passEnv: ["AWS_PROFILE", "AWS_CONFIG_FILE"] },
    });
    expect(added({ endpoint: bedrock }, { baseUrl: undefined, key: undefined })).toEqual({
      CLAUDE_CODE_USE_BEDROCK: "1",
      AWS_REGION: "eu-central-1",
      AWS_PROFILE: "work",
    });
    const vertex = sampleEndpoint({
      ...{ format: "vertex", baseUrl: undefined, apiKeyEnv: undefined },
      ...{ region: "europe-west1", project: "garden" },
    });
    expect(added({ endpoint: vertex }, { baseUrl: undefined, key: undefined })).toEqual({
      CLAUDE_CODE_USE_VERTEX: "1",
      CLOUD_ML_REGION: "europe-west1",
      ANTHROPIC_VERTEX_PROJECT_ID: "garden",
    });
  });
});
