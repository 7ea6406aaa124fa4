import { resolveSecretRefValues } from "openclaw/plugin-sdk/secret-ref-runtime";
import type { SecretReference } from "../config/endpoint-schema.ts";
import { resolveEndpointKey, type KeySources, type NamedEndpoint } from "../endpoint/endpoint-key.ts";
import type { EndpointAccess } from "../endpoint/endpoint-environment.ts";
import type { HostConfig } from "./plugin-config.ts";

/** Where a profile is reached and with what. Rejects with `endpoint-key-missing`. */
export async function endpointAccess(
  readConfig: () => HostConfig,
  endpoint: NamedEndpoint,
): Promise<EndpointAccess> {
  const key = await resolveEndpointKey(endpoint, keySources(readConfig));
  return { baseUrl: endpoint.baseUrl, key };
}

/** The Gateway's environment, and OpenClaw's own secrets as its configuration names their providers. */
function keySources(readConfig: () => HostConfig): KeySources {
  return {
    ambient: process.env,
    async resolveSecret(reference: SecretReference) {
      // The resolver only reads; its type does not say so.
      const config = readConfig() as Parameters<typeof resolveSecretRefValues>[1]["config"];
      const values = await resolveSecretRefValues([reference], { config });
      return [...values.values()][0];
    },
  };
}
