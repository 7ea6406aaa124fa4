import { ContractorError } from "../errors/contractor-error.ts";
import type { ContractorAgentMetadata } from "./metadata-resolver.ts";
import { QUIET_ENVIRONMENT } from "./quiet-environment.ts";

/** How every Claude Code is run. What one adapter alone needs is the adapter's affair. */
export const CLAUDE_DEFAULTS = {
  ...QUIET_ENVIRONMENT,
  // Otherwise most turns cost a second request, with the whole context, to guess what the person types next.
  CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "false",
  // Ten by default: a refused key or an overloaded server would mean more than a minute of silence.
  CLAUDE_CODE_MAX_RETRIES: "2",
};

/**
 * The variables that a contractor's settings add to its process: endpoint, key, model, executable.
 * Throws `endpoint-key-missing` when the variable that should hold the key is empty; never puts a key into a message.
 */
export function claudeEnvironment(
  metadata: ContractorAgentMetadata,
  ambient: NodeJS.ProcessEnv,
): Record<string, string> {
  const { endpoint, model, claudeExecutable } = metadata;
  const variables: Record<string, string> = { ...CLAUDE_DEFAULTS };
  if (claudeExecutable !== undefined) variables["CLAUDE_CODE_EXECUTABLE"] = claudeExecutable;
  if (model !== undefined) variables["ANTHROPIC_MODEL"] = model;
  if (endpoint === undefined) return variables;

  variables["ANTHROPIC_BASE_URL"] = endpoint.baseUrl;
  variables["ANTHROPIC_API_KEY"] = keyOf(endpoint, ambient);
  // Claude Code asks for its small models by name; a foreign endpoint knows only the one it was set up with.
  if (model !== undefined) {
    for (const tier of ["OPUS", "SONNET", "HAIKU"]) variables[`ANTHROPIC_DEFAULT_${tier}_MODEL`] = model;
  }
  return variables;
}

function keyOf(endpoint: { name: string; apiKeyEnv: string }, ambient: NodeJS.ProcessEnv): string {
  const key = ambient[endpoint.apiKeyEnv]?.trim();
  if (key) return key;
  throw new ContractorError("endpoint-key-missing", {
    message: `The endpoint "${endpoint.name}" takes its key from ${endpoint.apiKeyEnv}, which is not set in the Gateway's environment.`,
    mend: `Set ${endpoint.apiKeyEnv} where the Gateway is started, and restart it.`,
  });
}
