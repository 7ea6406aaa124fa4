import type { EndpointInput } from "../config/endpoint-schema.ts";

/** What a profile of a known service begins with, and where people read about it. */
export type EndpointPreset = {
  title: string;
  settings: EndpointInput;
  /** The variable that people mostly keep its key in; undefined where none is needed. */
  usualKeyEnv?: string;
  /** What only the person knows, by the option that gives it. */
  asks?: readonly ("model" | "region" | "project")[];
};

const LOCAL = { auth: "gateway" } as const;

/**
 * Known services, as their own documentation has them. Only data: nothing elsewhere knows one of these names. A model is
 * given where a service has one for Claude Code; of the others only the person knows what runs there.
 */
export const ENDPOINT_PRESETS = {
  anthropic: {
    title: "Anthropic's API, paid by the token",
    settings: { baseUrl: "https://api.anthropic.com", auth: "api-key" },
    usualKeyEnv: "ANTHROPIC_API_KEY",
  },
  kimi: {
    title: "Moonshot's platform",
    settings: { baseUrl: "https://api.moonshot.ai/anthropic", auth: "gateway", contextTokens: 262_144 },
    usualKeyEnv: "MOONSHOT_API_KEY",
    asks: ["model"],
  },
  "kimi-coding": {
    title: "Kimi's coding plan",
    settings: {
      baseUrl: "https://api.kimi.com/coding",
      auth: "api-key",
      models: { default: "kimi-for-coding" },
      contextTokens: 262_144,
    },
    usualKeyEnv: "KIMI_API_KEY",
  },
  openrouter: {
    title: "OpenRouter; it knows Claude's models by Claude Code's names",
    settings: { baseUrl: "https://openrouter.ai/api", auth: "gateway" },
    usualKeyEnv: "OPENROUTER_API_KEY",
  },
  deepseek: {
    title: "DeepSeek; it takes Claude Code's names for models of its own",
    settings: { baseUrl: "https://api.deepseek.com/anthropic", auth: "api-key" },
    usualKeyEnv: "DEEPSEEK_API_KEY",
  },
  bedrock: {
    title: "Amazon Bedrock",
    settings: {
      format: "bedrock",
      passEnv: ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"],
    },
    asks: ["region"],
  },
  vertex: {
    title: "Google Vertex AI",
    settings: { format: "vertex", passEnv: ["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG"] },
    asks: ["region", "project"],
  },
  ollama: {
    title: "Ollama 0.14 or newer, on this machine",
    settings: { ...LOCAL, baseUrl: "http://127.0.0.1:11434" },
    asks: ["model"],
  },
  "llama-server": {
    title: "llama.cpp's server, on this machine",
    settings: { ...LOCAL, baseUrl: "http://127.0.0.1:8080" },
    asks: ["model"],
  },
  vllm: {
    title: "vLLM, on this machine",
    settings: { ...LOCAL, baseUrl: "http://127.0.0.1:8000" },
    asks: ["model"],
  },
  lmstudio: {
    title: "LM Studio, on this machine",
    settings: { ...LOCAL, baseUrl: "http://127.0.0.1:1234" },
    asks: ["model"],
  },
  litellm: {
    title: "LiteLLM's proxy, on this machine",
    settings: { ...LOCAL, baseUrl: "http://127.0.0.1:4000" },
    asks: ["model"],
  },
} as const satisfies Record<string, EndpointPreset>;

export type PresetName = keyof typeof ENDPOINT_PRESETS;

/** `custom` begins with nothing: everything is given. */
export const PRESET_NAMES = [...Object.keys(ENDPOINT_PRESETS), "custom"] as (PresetName | "custom")[];

export function presetOf(name: PresetName | "custom"): EndpointPreset {
  return name === "custom" ? { title: "", settings: {} } : ENDPOINT_PRESETS[name];
}
