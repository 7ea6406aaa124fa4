import { tracingChannel } from "node:diagnostics_channel";
import { PLUGIN_ID } from "./identifiers.ts";

/**
 * Where a turn's time goes, for whoever subscribes in the same process (node:diagnostics_channel); nothing is done where
 * nobody does. `attempt` spans what OpenClaw asks of this plugin, `prompt` the time in which the ACP agent has the turn.
 * Events carry no text of any conversation.
 */
export const ATTEMPTS = tracingChannel<unknown, { runId: string }>(`${PLUGIN_ID}:attempt`);
export const PROMPTS = tracingChannel<unknown, { sessionId: string }>(`${PLUGIN_ID}:prompt`);
