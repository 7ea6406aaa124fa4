import { z } from "zod";
import type { McpServerDefinition } from "../acp/acp-adapter.ts";
import { ownValue } from "../config/own-value.ts";
import type { HostConfig } from "./plugin-config.ts";

/** What Claude Code is given of `mcp.servers`; OpenClaw's own settings for its own client mean nothing to it. */
export type GivenMcpServers = {
  servers: McpServerDefinition[];
  /** Variables that the definitions refer to: their values are in no argument list. */
  environment: Record<string, string>;
  /** What was named and cannot be given, each with the reason. */
  left: { name: string; reason: string }[];
};

const stringsSchema = z.record(z.string(), z.string()).default({});

const serverSchema = z.looseObject({
  enabled: z.boolean().default(true),
  command: z.string().optional(),
  args: z.array(z.string()).default([]),
  env: stringsSchema,
  url: z.string().optional(),
  transport: z.string().optional(),
  headers: stringsSchema,
});

/** The person's own servers by their names, those of a contractor's settings alone. */
export function givenMcpServers(config: HostConfig, names: readonly string[]): GivenMcpServers {
  const given: GivenMcpServers = { servers: [], environment: {}, left: [] };
  for (const name of new Set(names)) {
    const parsed = serverSchema.safeParse(ownValue(config.mcp?.servers ?? {}, name));
    const server = parsed.success ? definitionOf(name, parsed.data, given.environment) : undefined;
    if (server === undefined) given.left.push({ name, reason: reasonOf(config, name) });
    else given.servers.push(server);
  }
  return given;
}

function definitionOf(
  name: string,
  server: z.infer<typeof serverSchema>,
  environment: Record<string, string>,
): McpServerDefinition | undefined {
  const { enabled, command, args, env, url, transport, headers } = server;
  if (!enabled || (command === undefined) === (url === undefined)) return undefined;
  const referred = (values: Record<string, string>): { name: string; value: string }[] =>
    Object.entries(values).map(([key, value]) => {
      const variable = `CONTRACTOR_AGENT_MCP_${Object.keys(environment).length}`;
      environment[variable] = value;
      return { name: key, value: `\${${variable}}` };
    });
  if (command !== undefined) return { name, command, args, env: referred(env) };
  const type = transport === "sse" ? "sse" : "http";
  return url === undefined ? undefined : { type, name, url, headers: referred(headers) };
}

function reasonOf(config: HostConfig, name: string): string {
  const server = ownValue(config.mcp?.servers ?? {}, name);
  if (server === undefined) return "OpenClaw's mcp.servers has none of that name";
  if (server.enabled === false) return "it is switched off in OpenClaw's mcp.servers";
  return "it needs a command or a URL, and values that are plain text";
}
