import { CLI_ROOT } from "../../config/identifiers.ts";
import { CLAUDE_LOGIN, type EndpointConfig } from "../../config/endpoint-schema.ts";
import { ownValue } from "../../config/own-value.ts";
import { endpointInWords } from "../../contractor/metadata-resolver.ts";
import { keySourceOf, type NamedEndpoint } from "../../endpoint/endpoint-key.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { CommandResult } from "../contractor-command.ts";
import { requireContractor } from "../require-contractor.ts";
import { renderFacts, renderTable } from "../table.ts";
import { profileOf, type EndpointAddOptions } from "./endpoint-options.ts";

/** Stores where a contractor's model can run. A key itself is never stored, only where it is. */
export async function addEndpoint(
  context: HostCliContext,
  options: EndpointAddOptions,
): Promise<CommandResult> {
  const { name } = options;
  const profile = profileOf(options);
  if (Object.hasOwn(context.config.endpoints, name)) throw existing(name);
  await context.configWriter.putEndpoint(name, profile);
  const where = profile.baseUrl ?? profile.format ?? "Anthropic's own address";
  const source = keySourceOf(profile);
  const key =
    source === "no key"
      ? "it is asked without a key"
      : `its key is taken from ${source}${profile.apiKeyEnv === undefined ? "" : " of the Gateway's environment"}`;
  const next = `Try it with \`openclaw ${CLI_ROOT} endpoint test ${name}\`.`;
  return { data: { name, ...profile }, text: `The endpoint "${name}" is ${where}; ${key}.\n${next}` };
}

export function listEndpoints(context: HostCliContext): Promise<CommandResult> {
  const endpoints = Object.entries(context.config.endpoints).map(([name, endpoint]) => ({
    name,
    ...endpoint,
  }));
  const text =
    endpoints.length === 0
      ? "No endpoint profiles: contractors use the Claude login of the Gateway's user."
      : renderTable(
          ["NAME", "FORMAT", "ADDRESS", "AUTH", "KEY FROM", "MODEL", "USED BY"],
          endpoints.map((endpoint) => [
            endpoint.name,
            endpoint.format,
            endpoint.baseUrl ?? "-",
            endpoint.auth,
            keySourceOf(endpoint),
            endpoint.models?.default ?? "-",
            usersOf(context, endpoint.name).join(", ") || "-",
          ]),
        );
  return Promise.resolve({ data: { endpoints }, text });
}

export function showEndpoint(context: HostCliContext, name: string): Promise<CommandResult> {
  const endpoint = requireEndpoint(context, name);
  const usedBy = usersOf(context, name);
  const facts: [string, string][] = [
    ["format", endpoint.format],
    ["address", endpoint.baseUrl ?? "the service's own"],
    ["auth", endpoint.auth],
    ["key from", keySourceOf(endpoint)],
    ...modelFacts(endpoint),
    ["telemetry", endpoint.noTelemetry ? "off" : "on"],
    ["used by", usedBy.join(", ") || "nobody"],
  ];
  return Promise.resolve({
    data: { ...endpoint, usedBy },
    text: `${name}\n\n${renderFacts(facts)}`,
  });
}

function modelFacts({ models = {}, contextTokens }: EndpointConfig): [string, string][] {
  const names = Object.entries(models).map(([tier, model]): [string, string] => [
    tier === "default" ? "model" : `${tier} is`,
    model,
  ]);
  return contextTokens === undefined ? names : [...names, ["context", `${contextTokens} tokens`]];
}

/** Has a contractor run on another endpoint from its next turn on. */
export async function useEndpoint(
  context: HostCliContext,
  { name, agentId }: { name: string; agentId: string },
): Promise<CommandResult> {
  requireContractor(context, agentId);
  if (name !== CLAUDE_LOGIN) requireEndpoint(context, name);
  await context.configWriter.changeContractor(agentId, {
    endpoint: name === CLAUDE_LOGIN ? undefined : name,
  });
  return {
    data: { agentId, endpoint: name },
    text: `"${agentId}" runs on ${endpointInWords(name)} from its next turn on. A conversation goes on there in a new Claude session with a summary.`,
  };
}

export async function removeEndpoint(context: HostCliContext, name: string): Promise<CommandResult> {
  requireEndpoint(context, name);
  const users = usersOf(context, name);
  if (users.length > 0) throw inUse(name, users);
  await context.configWriter.removeEndpoint(name);
  return { data: { name }, text: `The endpoint "${name}" is removed.` };
}

/** Errors: `endpoint-unknown`. */
export function requireEndpoint(context: HostCliContext, name: string): NamedEndpoint {
  const endpoint = ownValue(context.config.endpoints, name);
  if (endpoint !== undefined) return { name, ...endpoint };
  throw new ContractorError("endpoint-unknown", {
    message: `There is no endpoint "${name}".`,
    mend: `Run \`openclaw ${CLI_ROOT} endpoint list\` to see the endpoints.`,
  });
}

/** As their own one, in place of another, or by a rule. */
function usersOf(context: HostCliContext, name: string): string[] {
  return Object.entries(context.config.contractors)
    .filter(
      ([, { endpoint, onLimit, routes }]) =>
        endpoint === name ||
        (onLimit !== "error" && onLimit.includes(name)) ||
        routes.some((route) => route.endpoint === name),
    )
    .map(([agentId]) => agentId);
}

function existing(name: string): ContractorError {
  return new ContractorError("endpoint-exists", {
    message: `There is an endpoint "${name}" already; nothing was changed.`,
    mend: `Choose another name, or remove it first with \`openclaw ${CLI_ROOT} endpoint remove ${name}\`.`,
  });
}

function inUse(name: string, users: string[]): ContractorError {
  return new ContractorError("endpoint-in-use", {
    message: `The endpoint "${name}" is used by ${users.join(", ")}; nothing was changed.`,
    mend: `Give them another one first, with \`openclaw ${CLI_ROOT} endpoint use <name> --agent-id <id>\`, and take it out of their onLimit and routes.`,
  });
}
