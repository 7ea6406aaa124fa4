import { PLUGIN_ID } from "./identifiers.ts";

/** Params `{agentId, sessionKey}`; answers `{closed}`: the entry that was ended, or null when none was active. */
export const RESET_SESSION_METHOD = `${PLUGIN_ID}.resetSession`;

/** Params `{agentId, sessionKey}`; answers `{}`. Cancels the turn that runs; the conversation goes on. */
export const STOP_TURN_METHOD = `${PLUGIN_ID}.stopTurn`;

/** Params `{agentId}`; answers `{sessions}`: those of Claude Code in the contractor's workspace, as `NativeSession`. */
export const CLAUDE_SESSIONS_METHOD = `${PLUGIN_ID}.claudeSessions`;

/** Params `{agentId, claudeSessionId, sessionKey?}`; answers `{sessionKey}`: a new conversation's without one given. */
export const ADOPT_SESSION_METHOD = `${PLUGIN_ID}.adoptSession`;

/** Params `{agentId?, ended?}`; answers an `Overview`. */
export const OVERVIEW_METHOD = `${PLUGIN_ID}.overview`;
