import { CLI_ROOT } from "../config/identifiers.ts";
import { ENDPOINT_NAME_PATTERN, ENV_NAME_PATTERN } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { renderTable } from "./table.ts";

export type EndpointAddOptions = { name: string; baseUrl: string; apiKeyEnv: string };

/** Stores where a contractor's model can run. The key itself is never stored, only the name of its variable. */
export async function addEndpoint(
  context: HostCliContext,
  options: EndpointAddOptions,
): Promise<CommandResult> {
  const { name, baseUrl, apiKeyEnv } = options;
  if (!ENDPOINT_NAME_PATTERN.test(name)) throw invalidName(name);
  if (Object.hasOwn(context.config.endpoints, name)) throw existing(name);
  if (!ENV_NAME_PATTERN.test(apiKeyEnv)) throw invalidVariable();
  const endpoint = { baseUrl: normalizedBaseUrl(baseUrl), apiKeyEnv };
  await context.configWriter.putEndpoint(name, endpoint);
  return {
    data: { name, ...endpoint },
    text: `The endpoint "${name}" is ${endpoint.baseUrl}; its key is taken from ${apiKeyEnv} of the Gateway's environment.`,
  };
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
          ["NAME", "BASE URL", "KEY FROM", "USED BY"],
          endpoints.map(({ name, baseUrl, apiKeyEnv }) => [
            name,
            baseUrl,
            apiKeyEnv,
            usersOf(context, name).join(", ") || "-",
          ]),
        );
  return Promise.resolve({ data: { endpoints }, text });
}

export async function removeEndpoint(context: HostCliContext, name: string): Promise<CommandResult> {
  if (!Object.hasOwn(context.config.endpoints, name)) throw unknown(name);
  const users = usersOf(context, name);
  if (users.length > 0) throw inUse(name, users);
  await context.configWriter.removeEndpoint(name);
  return { data: { name }, text: `The endpoint "${name}" is removed.` };
}

function usersOf(context: HostCliContext, name: string): string[] {
  return Object.entries(context.config.contractors)
    .filter(([, contractor]) => contractor.endpoint === name)
    .map(([agentId]) => agentId);
}

/** Claude Code adds `/v1/messages` itself, so a trailing slash or `/v1` would be one too many. */
function normalizedBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) throw invalidUrl(text);
  if (url.username !== "" || url.password !== "")
    throw invalidUrl("a URL that holds a user name or password");
  return url.href.replace(/\/+$/, "").replace(/\/v1$/, "");
}

function invalidName(name: string): ContractorError {
  return new ContractorError("endpoint-name-invalid", {
    message: `"${name}" is not a name for an endpoint.`,
    mend: "Use 1 to 64 lower-case letters, digits, ., - and _, beginning with a letter or digit.",
  });
}

function invalidUrl(text: string): ContractorError {
  return new ContractorError("endpoint-url-invalid", {
    message: `${text} is not a base URL that can be used.`,
    mend: "Give an http or https URL, such as http://127.0.0.1:11434.",
  });
}

/** The value is not repeated: somebody may have given the key itself. */
function invalidVariable(): ContractorError {
  return new ContractorError("usage", {
    message: "--api-key-env wants the name of an environment variable, not the key itself.",
    mend: "Put the key into a variable of the Gateway's environment and give its name, such as MY_ENDPOINT_KEY.",
  });
}

function existing(name: string): ContractorError {
  return new ContractorError("endpoint-exists", {
    message: `There is an endpoint "${name}" already; nothing was changed.`,
    mend: `Choose another name, or remove it first with \`openclaw ${CLI_ROOT} endpoint remove ${name}\`.`,
  });
}

function unknown(name: string): ContractorError {
  return new ContractorError("endpoint-unknown", {
    message: `There is no endpoint "${name}".`,
    mend: `Run \`openclaw ${CLI_ROOT} endpoint list\` to see the endpoints.`,
  });
}

function inUse(name: string, users: string[]): ContractorError {
  return new ContractorError("endpoint-in-use", {
    message: `The endpoint "${name}" is used by ${users.join(", ")}; nothing was changed.`,
    mend: "Remove those contractors first, or keep the endpoint.",
  });
}
