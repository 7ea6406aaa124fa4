import { describe, expect, it } from "vitest";
import { contractorEnvironment } from "../../src/process/environment.ts";

describe("a contractor's environment", () => {
  it("has what programs need", () => {
    const needed = {
      HOME: "/home/person",
      PATH: "/usr/bin",
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      TMPDIR: "/var/tmp",
      https_proxy: "http://proxy",
      NODE_EXTRA_CA_CERTS: "/etc/ca.pem",
      SSH_AUTH_SOCK: "/run/agent",
    };
    expect(contractorEnvironment(needed, {})).toEqual(needed);
  });

  it.each([
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CONFIG_DIR",
    "AWS_ACCESS_KEY_ID",
    "AWS_BEARER_TOKEN_BEDROCK",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OPENCLAW_GATEWAY_TOKEN",
    "NODE_OPTIONS",
    "LD_PRELOAD",
    "npm_config_registry",
    "IS_SANDBOX",
    "home",
    "PATH_EXTRA",
    "",
  ])("never has the Gateway's %s", (name) => {
    expect(contractorEnvironment({ [name]: "ambient", HOME: "/home/person" }, {})).toEqual({
      HOME: "/home/person",
    });
  });

  it("has what its own settings say, over everything else", () => {
    const ambient = { ANTHROPIC_API_KEY: "ambient", HOME: "/home/person", TZ: undefined };
    const overrides = { ANTHROPIC_API_KEY: "own", HOME: "/home/other" };
    expect(contractorEnvironment(ambient, overrides)).toEqual(overrides);
  });
});
