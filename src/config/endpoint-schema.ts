import { isAbsolute } from "node:path";
import { z } from "zod";

/** What an endpoint speaks. bedrock and vertex are Claude Code's own ways to those clouds. */
export const ENDPOINT_FORMATS = ["anthropic", "openai", "bedrock", "vertex"] as const;
/**
 * Who pays, and how the key is shown: a Claude subscription's token, an API key (`x-api-key`), or a gateway's token
 * (`Authorization: Bearer`).
 */
export const AUTH_MODES = ["subscription", "api-key", "gateway"] as const;
/** The name that stands for the Claude login of the Gateway's user where an endpoint is named. */
export const CLAUDE_LOGIN = "subscription";

export const ENDPOINT_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const ENV_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MODEL_NAME = z.string().min(1).max(200);

/** OpenClaw's own form of a reference to a secret: https://docs.openclaw.ai/gateway/secrets */
const secretRefSchema = z.strictObject({
  source: z.enum(["env", "file", "exec", "store"]),
  provider: z.string().min(1),
  id: z.string().min(1),
});

const modelsSchema = z
  .strictObject({
    default: MODEL_NAME.optional().describe("The model of a turn that asks for none."),
    opus: MODEL_NAME.optional(),
    sonnet: MODEL_NAME.optional(),
    haiku: MODEL_NAME.optional().describe("Claude Code's small model: titles, summaries."),
  })
  .describe("The endpoint's names for what Claude Code calls opus, sonnet and haiku.");

export const endpointSchema = z
  .strictObject({
    format: z
      .enum(ENDPOINT_FORMATS)
      .default("anthropic")
      .describe(
        "What it speaks: anthropic (the Messages API), openai (Chat Completions, translated on loopback), bedrock, vertex.",
      ),
    auth: z
      .enum(AUTH_MODES)
      .default("api-key")
      .describe(
        "Who pays: subscription (a token of `claude setup-token`), api-key (sent as x-api-key) or gateway (sent as a bearer token).",
      ),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Base URL without /v1. The clouds and the subscription have one of their own."),
    apiKeyEnv: z
      .string()
      .regex(ENV_NAME_PATTERN)
      .optional()
      .describe("Name of the environment variable of the Gateway that holds the key; never the key."),
    apiKeyFile: z
      .string()
      .refine((value) => isAbsolute(value), "must be an absolute path")
      .optional()
      .describe("File that holds the key and nothing else."),
    apiKeyRef: secretRefSchema.optional().describe("OpenClaw SecretRef of the key."),
    models: modelsSchema.optional(),
    contextTokens: z
      .int()
      .min(4_096)
      .optional()
      .describe("The model's context in tokens, where Claude Code does not know the model."),
    maxOutputTokens: z.int().min(256).optional().describe("The longest answer in tokens."),
    region: z.string().min(1).optional().describe("bedrock, vertex: the cloud's region."),
    project: z.string().min(1).optional().describe("vertex: the Google Cloud project."),
    passEnv: z
      .array(z.string().regex(ENV_NAME_PATTERN))
      .max(32)
      .optional()
      .describe("Further variables of the Gateway's environment that Claude Code is given, by name."),
    noTelemetry: z
      .boolean()
      .default(true)
      .describe("Switches off everything that Claude Code would send besides its requests to the model."),
  })
  .superRefine((endpoint, context) => {
    const problem = contradictionOf(endpoint);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .describe("Where a contractor's model runs.");

type Settings = {
  format: (typeof ENDPOINT_FORMATS)[number];
  auth: (typeof AUTH_MODES)[number];
  baseUrl?: string | undefined;
  apiKeyEnv?: string | undefined;
  apiKeyFile?: string | undefined;
  apiKeyRef?: object | undefined;
};

/** What makes no sense together, in words for whoever wrote it. */
function contradictionOf(endpoint: Settings): string | undefined {
  const { format, auth, baseUrl, apiKeyEnv, apiKeyFile, apiKeyRef } = endpoint;
  const keys = [apiKeyEnv, apiKeyFile, apiKeyRef].filter((key) => key !== undefined);
  if (keys.length > 1) return "has more than one of apiKeyEnv, apiKeyFile and apiKeyRef";
  if (auth === "subscription") {
    if (format !== "anthropic" || baseUrl !== undefined) {
      return "auth subscription is for Anthropic's own address: leave out baseUrl and format";
    }
    return keys.length === 0 ? "auth subscription wants a reference to a token" : undefined;
  }
  const isCloud = format === "bedrock" || format === "vertex";
  return baseUrl === undefined && !isCloud ? "wants a baseUrl" : undefined;
}

export type EndpointConfig = z.infer<typeof endpointSchema>;
/** As it is written in the configuration file: without defaults. */
export type EndpointInput = z.input<typeof endpointSchema>;
export type SecretReference = z.infer<typeof secretRefSchema>;
