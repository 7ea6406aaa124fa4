import { describe, expect, it } from "vitest";
import { givenMcpServers } from "../../src/openclaw/mcp-servers.ts";
import type { HostConfig } from "../../src/openclaw/plugin-config.ts";

const CONFIG = {
  mcp: {
    servers: {
      docs: { command: "docs-server", args: ["--quiet"], env: { KEY: "s3cret", MODE: "fast" } },
      search: { url: "https://search.example/mcp", headers: { Authorization: "Bearer t0ken" } },
      old: { url: "https://old.example/sse", transport: "sse" },
      off: { command: "x", enabled: false },
      reference: { command: "x", env: { KEY: { source: "env", id: "KEY" } } },
      neither: { args: [] },
    },
  },
} as unknown as HostConfig;

describe("a person's MCP servers", () => {
  it("are none that nobody named", () => {
    expect(givenMcpServers(CONFIG, [])).toEqual({ servers: [], environment: {}, left: [] });
    expect(givenMcpServers({}, ["docs"]).left).toEqual([
      { name: "docs", reason: "OpenClaw's mcp.servers has none of that name" },
    ]);
  });

  it("come in ACP's form, and their values in the environment alone", () => {
    const { servers, environment, left } = givenMcpServers(CONFIG, ["docs", "search", "old", "docs"]);
    expect(left).toEqual([]);
    expect(servers).toEqual([
      {
        name: "docs",
        command: "docs-server",
        args: ["--quiet"],
        env: [
          { name: "KEY", value: "${CONTRACTOR_AGENT_MCP_0}" },
          { name: "MODE", value: "${CONTRACTOR_AGENT_MCP_1}" },
        ],
      },
      {
        type: "http",
        name: "search",
        url: "https://search.example/mcp",
        headers: [{ name: "Authorization", value: "${CONTRACTOR_AGENT_MCP_2}" }],
      },
      { type: "sse", name: "old", url: "https://old.example/sse", headers: [] },
    ]);
    expect(environment).toEqual({
      CONTRACTOR_AGENT_MCP_0: "s3cret",
      CONTRACTOR_AGENT_MCP_1: "fast",
      CONTRACTOR_AGENT_MCP_2: "Bearer t0ken",
    });
  });

  it.each([
    ["off", /switched off/],
    ["reference", /plain text/],
    ["neither", /a command or a URL/],
    ["__proto__", /none of that name/],
  ])("leave %s out and say why", (name, reason) => {
    const { servers, left } = givenMcpServers(CONFIG, [name]);
    expect(servers).toEqual([]);
    expect(left).toEqual([{ name, reason: expect.stringMatching(reason) as unknown }]);
  });
});
