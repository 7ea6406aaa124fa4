import { describe, expect, it } from "vitest";
import { profileOf, type EndpointAddOptions } from "../../../src/cli/endpoint/endpoint-options.ts";
import { endpointSchema } from "../../../src/config/endpoint-schema.ts";
import { PRESET_NAMES } from "../../../src/endpoint/presets.ts";

type Options = Omit<EndpointAddOptions, "name"> & { name?: string };

const SECRET = "sk-ant-secret";
const profile = (options: Options): unknown => profileOf({ name: "work", ...options });

describe("an endpoint's profile", () => {
  it("is a preset for whoever calls it by its name", () => {
    expect(profile({ name: "kimi-coding" })).toEqual({
      baseUrl: "https://api.kimi.com/coding",
      auth: "api-key",
      apiKeyEnv: "KIMI_API_KEY",
      models: { default: "kimi-for-coding" },
      contextTokens: 262_144,
    });
    expect(profile({ name: "ollama", model: "qwen3" })).toEqual({
      baseUrl: "http://127.0.0.1:11434",
      auth: "gateway",
      models: { default: "qwen3" },
    });
  });

  it.each(PRESET_NAMES.filter((name) => name !== "custom"))("can be made of the preset %s", (preset) => {
    const made = profile({ preset, model: "m", region: "r", project: "p" });
    expect(endpointSchema.parse(made)).toMatchObject({ noTelemetry: true });
  });

  it("takes what is given in place of the preset's", () => {
    const given = { baseUrl: "http://10.0.0.2:11434/v1/", apiKeyFile: "/run/key", model: "m" };
    expect(profile({ preset: "ollama", ...given, auth: "api-key" })).toMatchObject({
      baseUrl: "http://10.0.0.2:11434",
      auth: "api-key",
      apiKeyFile: "/run/key",
    });
    expect(profile({ preset: "kimi", model: "k2", apiKeyRef: "store:default:KIMI:1" })).toMatchObject({
      apiKeyRef: { source: "store", provider: "default", id: "KIMI:1" },
    });
  });

  it("knows models by their tier", () => {
    expect(profile({ baseUrl: "https://llm.example", haikuModel: "small" })).toMatchObject({
      models: { haiku: "small" },
    });
  });

  it.each<[string, Options]>([
    ["endpoint-name-invalid", { name: "subscription" }],
    ["endpoint-name-invalid", { name: "My Endpoint" }],
    ["usage", {}],
    ["usage", { preset: "ollama" }],
    ["usage", { preset: "bedrock" }],
    ["usage", { baseUrl: "https://a.example", apiKeyEnv: "A", apiKeyFile: "/b" }],
    ["usage", { baseUrl: "https://a.example", apiKeyEnv: SECRET }],
    ["usage", { baseUrl: "https://a.example", apiKeyRef: SECRET }],
    ["usage", { baseUrl: "https://a.example", apiKeyFile: "key" }],
    ["usage", { baseUrl: "https://a.example", auth: "subscription" }],
    ["usage", { auth: "subscription" }],
    ["endpoint-url-invalid", { baseUrl: `https://user:${SECRET}@gateway.example` }],
  ])("is refused with %s: %j, and no secret is repeated", (code, options) => {
    expect(() => profile(options)).toThrow(
      expect.objectContaining({
        code,
        message: expect.not.stringContaining(SECRET) as string,
        mend: expect.not.stringContaining(SECRET) as string,
      }),
    );
  });
});
