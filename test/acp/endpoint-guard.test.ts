import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ENDPOINT_GUARD } from "../../src/acp/endpoint-guard.ts";

const run = promisify(execFile);

/** Connects as Claude Code does; a lookup of the test's own says which names got through. */
const PROGRAM = `
import https from "node:https";
const reached = process.argv[1];
const request = https.get({ host: reached, agent: false });
request.on("error", (error) => console.log(error.message));
`;

/** Stands for the net: it is there before the guard, and finds nobody. */
const NET = `import dns from "node:dns"; dns.lookup = (name, ...rest) => process.nextTick(rest.at(-1), new Error("asked for " + name));`;

async function reach(host: string, endpoint: string | undefined): Promise<string> {
  const net = ["--import", `data:text/javascript,${encodeURIComponent(NET)}`];
  const { stdout } = await run(
    process.execPath,
    [...net, ...ENDPOINT_GUARD, "--input-type=module", "-e", PROGRAM, host],
    { env: endpoint === undefined ? {} : { ANTHROPIC_BASE_URL: endpoint } },
  );
  return stdout.trim();
}

describe("ENDPOINT_GUARD", () => {
  it("keeps the key of another endpoint from Anthropic", async () => {
    expect(await reach("api.anthropic.com", "http://127.0.0.1:11434")).toBe(
      "not the endpoint: api.anthropic.com",
    );
  });

  it.each([
    ["api.anthropic.com", "https://api.anthropic.com"],
    ["api.anthropic.com", undefined],
    ["api.anthropic.com", "no URL"],
    ["models.example.com", "http://127.0.0.1:11434"],
  ])("lets %s be asked for where the endpoint is %s", async (host, endpoint) => {
    expect(await reach(host, endpoint)).toBe(`asked for ${host}`);
  });
});
