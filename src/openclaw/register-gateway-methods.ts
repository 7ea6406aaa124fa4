import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import {
  ADOPT_SESSION_METHOD,
  CLAUDE_SESSIONS_METHOD,
  OVERVIEW_METHOD,
  RESET_SESSION_METHOD,
  STOP_TURN_METHOD,
} from "../config/gateway-method-names.ts";
import type { GatewayMethods } from "./gateway-methods.ts";
import type { LoadRuntime } from "./load-runtime.ts";

/** Titles of Claude sessions are what people said, also outside OpenClaw: for administrators. */
const METHODS = {
  overview: { name: OVERVIEW_METHOD, scope: "operator.read" },
  resetSession: { name: RESET_SESSION_METHOD, scope: "operator.write" },
  stopTurn: { name: STOP_TURN_METHOD, scope: "operator.write" },
  claudeSessions: { name: CLAUDE_SESSIONS_METHOD, scope: "operator.admin" },
  adoptSession: { name: ADOPT_SESSION_METHOD, scope: "operator.admin" },
} as const satisfies Record<keyof GatewayMethods, { name: string; scope: string }>;

/** What may be asked of the Gateway that runs the turns, by the commands and the Control UI. */
export function registerGatewayMethods(api: OpenClawPluginApi, load: LoadRuntime): void {
  const keys = Object.keys(METHODS) as (keyof GatewayMethods)[];
  for (const key of keys) {
    const { name, scope } = METHODS[key];
    api.registerGatewayMethod(name, async (request) => (await load()).methods[key](request), { scope });
  }
}
