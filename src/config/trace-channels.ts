import { tracingChannel } from "node:diagnostics_channel";
import { PLUGIN_ID } from "./identifiers.ts";

/**
 * Where a turn's time goes, for whoever subscribes in the same process (node:diagnostics_channel); nothing is done where
 * nobody does. `attempt` spans what OpenClaw asks of this plugin, `prompt` the time in which the ACP agent has the turn,
 * `host` what the plugin asks of OpenClaw meanwhile and has to wait for, `tools` the time in which OpenClaw builds its tools
 * for the turn (synchronous), `spare` the time in which a contractor's spare session is opened, or found to be there. Events carry no text of any conversation.
 */
export const ATTEMPTS = tracingChannel<unknown, { runId: string }>(`${PLUGIN_ID}:attempt`);
export const HOST_CALLS = tracingChannel<unknown, { call: string }>(`${PLUGIN_ID}:host`);
export const TOOL_SURFACES = tracingChannel<unknown, { runId: string }>(`${PLUGIN_ID}:tools`);
export const PROMPTS = tracingChannel<unknown, { sessionId: string }>(`${PLUGIN_ID}:prompt`);
export const SPARES = tracingChannel<unknown, { agentId: string }>(`${PLUGIN_ID}:spare`);
