import { readFile } from "node:fs/promises";
import { CLI_ROOT } from "../config/identifiers.ts";
import type { EndpointConfig, EndpointInput, SecretReference } from "../config/endpoint-schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";

/** A profile with its name: how errors and people call it. */
export type NamedEndpoint = { name: string } & EndpointConfig;

type KeyReferences = Pick<EndpointInput, "apiKeyEnv" | "apiKeyFile" | "apiKeyRef">;

export type KeySources = {
  /** The Gateway's own environment. */
  ambient: NodeJS.ProcessEnv;
  /** OpenClaw's resolver of SecretRefs. */
  resolveSecret: (reference: SecretReference) => Promise<unknown>;
};

/**
 * The key that a profile refers to; undefined for one that refers to none. Read anew for each process, so that a key that
 * was changed holds from the next one on. Rejects with `endpoint-key-missing`; no key is ever in a message.
 */
export async function resolveEndpointKey(
  endpoint: NamedEndpoint,
  sources: KeySources,
): Promise<string | undefined> {
  const { apiKeyEnv, apiKeyFile, apiKeyRef } = endpoint;
  if (apiKeyEnv !== undefined) return keyOfVariable(endpoint, apiKeyEnv, sources.ambient);
  if (apiKeyFile !== undefined) return keyOfFile(endpoint, apiKeyFile);
  if (apiKeyRef !== undefined) return keyOfReference(endpoint, apiKeyRef, sources);
  return undefined;
}

/** Claude Code has its own way there: no address of the profile's is asked. */
export function isCloud({ format }: EndpointConfig): boolean {
  return format === "bedrock" || format === "vertex";
}

/** Where a profile's key comes from, in words. */
export function keySourceOf(profile: KeyReferences): string {
  const { apiKeyEnv, apiKeyFile, apiKeyRef } = profile;
  if (apiKeyEnv !== undefined) return apiKeyEnv;
  if (apiKeyFile !== undefined) return apiKeyFile;
  return apiKeyRef === undefined ? "no key" : `${apiKeyRef.source}:${apiKeyRef.provider}:${apiKeyRef.id}`;
}

function keyOfVariable({ name }: NamedEndpoint, variable: string, ambient: NodeJS.ProcessEnv): string {
  return required(ambient[variable], {
    message: `The endpoint "${name}" takes its key from ${variable}, which is not set in the Gateway's environment.`,
    mend: `Set ${variable} where the Gateway is started, and restart it.`,
  });
}

async function keyOfFile({ name }: NamedEndpoint, path: string): Promise<string> {
  const failure = {
    message: `The endpoint "${name}" takes its key from ${path}, which cannot be read or is empty.`,
    mend: "Put the key, and nothing else, into that file, and let the Gateway's user read it.",
  };
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ContractorError("endpoint-key-missing", { ...failure, cause });
  });
  return required(content, failure);
}

async function keyOfReference(
  { name }: NamedEndpoint,
  reference: SecretReference,
  { resolveSecret }: KeySources,
): Promise<string> {
  const { source, provider, id } = reference;
  const failure = {
    message: `The endpoint "${name}" takes its key from OpenClaw's secret ${source}:${provider}:${id}, which cannot be had.`,
    mend: `See \`openclaw secrets audit\`, or give the endpoint another key with \`openclaw ${CLI_ROOT} endpoint\`.`,
  };
  // What a provider of secrets says of its failure may quote the secret.
  const value = await resolveSecret(reference).catch(() => undefined);
  return required(typeof value === "string" ? value : undefined, failure);
}

function required(value: string | undefined, failure: { message: string; mend: string }): string {
  const key = value?.trim();
  if (key) return key;
  throw new ContractorError("endpoint-key-missing", failure);
}
