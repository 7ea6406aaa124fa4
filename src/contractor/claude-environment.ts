import { endpointEnvironment, type EndpointAccess } from "../endpoint/endpoint-environment.ts";
import { contractorEnvironment } from "../process/environment.ts";
import type { ContractorAgentMetadata } from "./metadata-resolver.ts";
import { isQuiet, QUIET_ENVIRONMENT } from "./quiet-environment.ts";

/** How every Claude Code is run. What one adapter alone needs is the adapter's affair. */
export const CLAUDE_DEFAULTS = {
  // Otherwise most turns cost a second request, with the whole context, to guess what the person types next.
  CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "false",
  // Ten by default: a refused key or an overloaded server would mean more than a minute of silence.
  CLAUDE_CODE_MAX_RETRIES: "2",
};

/**
 * The variables that a contractor's settings add to its process: endpoint, key, model, executable, folder. `access` is what
 * its endpoint's profile refers to; without a profile there is none.
 */
export function claudeEnvironment(
  metadata: ContractorAgentMetadata,
  start: { access: EndpointAccess | undefined; ambient: NodeJS.ProcessEnv },
): Record<string, string> {
  const { endpoint, model, claudeExecutable, claudeConfigDir } = metadata;
  const { access, ambient } = start;
  return {
    ...CLAUDE_DEFAULTS,
    ...(isQuiet(metadata) ? QUIET_ENVIRONMENT : {}),
    ...(claudeExecutable === undefined ? {} : { CLAUDE_CODE_EXECUTABLE: claudeExecutable }),
    ...folderVariable(claudeConfigDir),
    ...(endpoint === undefined || access === undefined
      ? modelVariable(model)
      : endpointEnvironment(endpoint, { ...access, model, ambient })),
  };
}

/** What tells Claude Code, and whoever looks for its files, which folder of its own it has. */
export function claudeFolderEnvironment(
  ambient: NodeJS.ProcessEnv,
  { claudeConfigDir }: { claudeConfigDir?: string | undefined },
): Record<string, string> {
  return contractorEnvironment(ambient, folderVariable(claudeConfigDir));
}

function folderVariable(claudeConfigDir: string | undefined): Record<string, string> {
  return claudeConfigDir === undefined ? {} : { CLAUDE_CONFIG_DIR: claudeConfigDir };
}

function modelVariable(model: string | undefined): Record<string, string> {
  return model === undefined ? {} : { ANTHROPIC_MODEL: model };
}
