import { PLUGIN_ID } from "../config/identifiers.ts";

/** Params `{agentId, sessionKey}`; answers `{closed}`: the entry that was ended, or null when none was active. */
export const RESET_SESSION_METHOD = `${PLUGIN_ID}.resetSession`;

/** Params `{agentId?, ended?}`; answers an `Overview`. */
export const OVERVIEW_METHOD = `${PLUGIN_ID}.overview`;
