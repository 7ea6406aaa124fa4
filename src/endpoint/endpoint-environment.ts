import type { NamedEndpoint } from "./endpoint-key.ts";

/**
 * Claude Code must be given some credential for an address that wants none: without one it would look for a login, and
 * send that there.
 */
const NO_KEY = "none";

const TIERS = ["opus", "sonnet", "haiku"] as const;

/** What a process is given of its endpoint, besides the profile itself. */
export type EndpointAccess = {
  /** Where Claude Code sends its requests; the translator's address for a profile that is translated. */
  baseUrl: string | undefined;
  key: string | undefined;
};

/** The variables with which Claude Code runs on a profile, and on nothing else. `model`: the turn's default. */
export function endpointEnvironment(
  endpoint: NamedEndpoint,
  access: EndpointAccess & { model: string | undefined; ambient: NodeJS.ProcessEnv },
): Record<string, string> {
  return {
    ...passedOn(endpoint, access.ambient),
    ...addressOf(endpoint, access),
    ...credentialOf(endpoint, access.key),
    ...modelsOf(endpoint, access.model),
    ...limitsOf(endpoint),
  };
}

function passedOn({ passEnv = [] }: NamedEndpoint, ambient: NodeJS.ProcessEnv): Record<string, string> {
  const entries = passEnv.map((name) => [name, ambient[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function addressOf(
  { format, region, project }: NamedEndpoint,
  { baseUrl }: EndpointAccess,
): Record<string, string> {
  switch (format) {
    case "bedrock":
      return {
        CLAUDE_CODE_USE_BEDROCK: "1",
        ...given("AWS_REGION", region),
        ...given("ANTHROPIC_BEDROCK_BASE_URL", baseUrl),
      };
    case "vertex":
      return {
        CLAUDE_CODE_USE_VERTEX: "1",
        ...given("CLOUD_ML_REGION", region),
        ...given("ANTHROPIC_VERTEX_PROJECT_ID", project),
        ...given("ANTHROPIC_VERTEX_BASE_URL", baseUrl),
      };
    case "anthropic":
    case "openai":
      return given("ANTHROPIC_BASE_URL", baseUrl);
  }
}

function credentialOf({ format, auth }: NamedEndpoint, key: string | undefined): Record<string, string> {
  if (format === "bedrock") return given("AWS_BEARER_TOKEN_BEDROCK", key);
  // Google's credentials are a file, which `passEnv` names.
  if (format === "vertex") return {};
  if (auth === "subscription") return given("CLAUDE_CODE_OAUTH_TOKEN", key);
  // The translator is asked with its own secret, whatever its upstream wants.
  const asGateway = auth === "gateway" || format === "openai";
  return { [asGateway ? "ANTHROPIC_AUTH_TOKEN" : "ANTHROPIC_API_KEY"]: key ?? NO_KEY };
}

/** Claude Code asks for its small models by name; a foreign endpoint knows only those it was set up with. */
function modelsOf(
  { models = {}, auth, baseUrl }: NamedEndpoint,
  model: string | undefined,
): Record<string, string> {
  const isAnthropics = auth === "subscription" || isAnthropicAddress(baseUrl);
  const fallback = isAnthropics ? undefined : model;
  const tiers = TIERS.map((tier) =>
    given(`ANTHROPIC_DEFAULT_${tier.toUpperCase()}_MODEL`, models[tier] ?? fallback),
  );
  return Object.assign({}, given("ANTHROPIC_MODEL", model), ...tiers) as Record<string, string>;
}

function limitsOf({ contextTokens, maxOutputTokens }: NamedEndpoint): Record<string, string> {
  return {
    ...given("CLAUDE_CODE_MAX_CONTEXT_TOKENS", contextTokens?.toString()),
    ...given("CLAUDE_CODE_MAX_OUTPUT_TOKENS", maxOutputTokens?.toString()),
  };
}

/** Anthropic's own API, which knows all of Claude Code's models by their own names. */
function isAnthropicAddress(baseUrl: string | undefined): boolean {
  return (
    baseUrl !== undefined && URL.canParse(baseUrl) && new URL(baseUrl).hostname.endsWith(".anthropic.com")
  );
}

function given(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
