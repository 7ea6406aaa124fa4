/**
 * Variables by which Claude Code chooses where it sends its requests, as whom, and to which model. Claude Code lets the `env`
 * of settings files win over those of its process, a repository's own `.claude/settings.json` among them; only what it is
 * started with in `--settings` wins over those. Seen with Claude Code 2.1.316 and 2.1.44: docs/HOST-FACTS.md.
 */
export const PROVIDER_VARIABLES = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_BEDROCK_BASE_URL",
  "ANTHROPIC_CUSTOM_HEADERS",
  "ANTHROPIC_DEFAULT_HAIKU_MODEL",
  "ANTHROPIC_DEFAULT_OPUS_MODEL",
  "ANTHROPIC_DEFAULT_SONNET_MODEL",
  "ANTHROPIC_FOUNDRY_BASE_URL",
  "ANTHROPIC_MODEL",
  "ANTHROPIC_SMALL_FAST_MODEL",
  "ANTHROPIC_UNIX_SOCKET",
  "ANTHROPIC_VERTEX_BASE_URL",
  "ANTHROPIC_VERTEX_PROJECT_ID",
  "AWS_BEARER_TOKEN_BEDROCK",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_SUBAGENT_MODEL",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_USE_VERTEX",
] as const;

/** Where Claude Code sends its requests unless it is told otherwise. */
export const ANTHROPIC_API = "https://api.anthropic.com";
/** Claude Code asks this command for the key where settings files could name another one. */
const KEY_VARIABLE = "CONTRACTOR_AGENT_ENDPOINT_KEY";
const KEY_HELPER = `printenv ${KEY_VARIABLE}`;
/** Keys that Claude Code reads from its environment alone, and that a settings file could replace. */
const REPLACEABLE_KEYS = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] as const;

/** What a process is started with, so that it runs on what its contractor's settings say and on nothing else. */
export type Provision = {
  environment: Record<string, string>;
  /** Claude Code settings above those of every file. Never a key: they are arguments, which everybody can read. */
  settings: { env: Record<string, string>; apiKeyHelper: string };
};

/**
 * Pins where Claude Code's requests go, as whom and to which model. `managed`: this Claude Code can be told that whoever
 * starts it provides for it; then it heeds no settings file in this, and keeps the key from the commands that it runs. It
 * would not heed its own login either.
 */
export function provisionOf(
  environment: Record<string, string>,
  { managed, hasEndpoint }: { managed: boolean; hasEndpoint: boolean },
): Provision {
  if (managed && hasEndpoint) {
    const told = { ...environment, CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1" };
    return { environment: told, settings: { env: pinsOf(environment), apiKeyHelper: "" } };
  }
  const key = REPLACEABLE_KEYS.map((name) => environment[name]).find((value) => value !== undefined);
  if (key === undefined) return { environment, settings: { env: pinsOf(environment), apiKeyHelper: "" } };
  const bare = Object.fromEntries(Object.entries(environment).filter(([name]) => !isReplaceable(name)));
  return {
    environment: { ...bare, [KEY_VARIABLE]: key },
    settings: { env: pinsOf(bare), apiKeyHelper: KEY_HELPER },
  };
}

/** A key that is in use is not among them, whatever a file says of it: see `provisionOf`. */
function pinsOf(environment: Record<string, string>): Record<string, string> {
  const names = PROVIDER_VARIABLES.filter((name) => !isKey(name) || environment[name] === undefined);
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? defaultOf(name)]));
}

/** Empty counts as not set. */
function defaultOf(name: (typeof PROVIDER_VARIABLES)[number]): string {
  return name === "ANTHROPIC_BASE_URL" ? ANTHROPIC_API : "";
}

function isKey(name: string): boolean {
  return isReplaceable(name) || name === "CLAUDE_CODE_OAUTH_TOKEN" || name === "AWS_BEARER_TOKEN_BEDROCK";
}

function isReplaceable(name: string): boolean {
  return (REPLACEABLE_KEYS as readonly string[]).includes(name);
}
