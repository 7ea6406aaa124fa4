/** The ids that this plugin owns in OpenClaw. Changing one breaks every existing configuration. */
export const PLUGIN_ID = "contractor-agent";
/** Held to package.json by a test. */
export const PLUGIN_VERSION = "0.1.0";
export const PROVIDER_ID = "contractor-agent";
export const HARNESS_ID = "contractor-agent";
export const BRIDGE_MODEL_ID = "contractor-claude-bridge";
/** The full reference an agent's `model` holds. */
export const BRIDGE_MODEL_REF = `${PROVIDER_ID}/${BRIDGE_MODEL_ID}`;
/**
 * The bridge's models that stand for one of Claude's, by Claude Code's own name of it: `/model contractor-agent/contractor-opus`
 * sets one for a conversation. A bare `opus` would be found for other agents, too.
 */
export const CLAUDE_MODELS = {
  "contractor-opus": "opus",
  "contractor-sonnet": "sonnet",
  "contractor-haiku": "haiku",
} as const;
/** Under the plugin's folder in OpenClaw's state: who leases which process. */
export const LEASES_FOLDER = "processes";
/** Under the plugin's folder in OpenClaw's state: see `putOwnLoginMark`. Held to the manifest by a test. */
export const OWN_LOGIN_MARK = "own-login";
export const CLI_ROOT = "contractor-agents";
export const CLI_DESCRIPTION = "Manage contractor agents (Claude Code behind OpenClaw)";
