import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { PROVIDER_ID } from "../config/identifiers.ts";
import { modelRows } from "../config/model-rows.ts";

type ProviderPlugin = Parameters<OpenClawPluginApi["registerProvider"]>[0];

/** Nothing listens there: if the host ever took these models for its own loop, it would be refused at once. */
const NO_ENDPOINT = "http://127.0.0.1:9/contractor-agent";

/**
 * The bridge's models for the parts of the host that look a model up before they ask the harness, as `/btw` does. The
 * harness runs every turn and brings the contractor's own credentials; the host needs none.
 */
export function createBridgeProvider(): ProviderPlugin {
  return {
    id: PROVIDER_ID,
    label: "Contractor Agent",
    auth: [],
    resolveDynamicModel: ({ modelId }) => {
      const row = modelRows().find(({ id }) => id === modelId);
      if (row === undefined) return undefined;
      return {
        ...row,
        provider: PROVIDER_ID,
        api: "anthropic-messages",
        baseUrl: NO_ENDPOINT,
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      };
    },
  };
}
