import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { PLUGIN_ID } from "../config/identifiers.ts";
import type { LoadRuntime } from "./load-runtime.ts";

/** Claude Code's own sessions in the sidebar, where the person has allowed it (`sessionCatalog.enabled`). */
export function registerSessionCatalog(
  api: OpenClawPluginApi,
  { load, isContractor }: { load: LoadRuntime; isContractor: (agentId: string) => boolean },
): void {
  api.registerSessionCatalog({
    id: PLUGIN_ID,
    label: "Contractors",
    // Without leave to look into the home of the Gateway's user, nothing is listed.
    supportsProcessHomeIsolation: true,
    list: async (query) =>
      isContractor(query.agentId ?? "") ? (await load()).sessionCatalog.list(query) : [],
    read: async (request) => (await load()).sessionCatalog.read(request),
    continueSession: async (request) => (await load()).sessionCatalog.continueSession(request),
  });
}
