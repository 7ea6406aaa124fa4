import { resolveSecretRefValues } from "openclaw/plugin-sdk/secret-ref-runtime";
import type { SecretReference } from "../config/endpoint-schema.ts";
import { resolveEndpointKey, type KeySources, type NamedEndpoint } from "../endpoint/endpoint-key.ts";
import type { EndpointAccess } from "../endpoint/endpoint-environment.ts";
import type { ChatTranslator } from "../translator/chat-translator.ts";
import type { HostConfig } from "./plugin-config.ts";

/** Where and with what Claude Code reaches a profile's endpoint. Rejects with `endpoint-key-missing`. */
export async function endpointAccess(
  endpoint: NamedEndpoint,
  { readConfig, translator }: { readConfig: () => HostConfig; translator: ChatTranslator },
): Promise<EndpointAccess> {
  const { format, baseUrl } = endpoint;
  const key = await resolveEndpointKey(endpoint, keySources(readConfig));
  if (format !== "openai" || baseUrl === undefined) return { baseUrl, key };
  const served = await translator.serve({ baseUrl, apiKey: key });
  return { baseUrl: served.baseUrl, key: served.token };
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
