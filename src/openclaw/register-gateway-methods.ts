import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { OVERVIEW_METHOD, RESET_SESSION_METHOD } from "./gateway-method-names.ts";
import type { LoadRuntime } from "./load-runtime.ts";

/** What may be asked of the Gateway that runs the turns, by the commands among others. */
export function registerGatewayMethods(api: OpenClawPluginApi, load: LoadRuntime): void {
  api.registerGatewayMethod(
    RESET_SESSION_METHOD,
    async (request) => (await load()).methods.resetSession(request),
    { scope: "operator.write" },
  );
  api.registerGatewayMethod(OVERVIEW_METHOD, async (request) => (await load()).methods.overview(request), {
    scope: "operator.read",
  });
}
