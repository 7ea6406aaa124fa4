import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addContractor } from "../../../src/cli/add.ts";
import { runDoctor } from "../../../src/cli/doctor/doctor.ts";
import { addEndpoint } from "../../../src/cli/endpoint/endpoint-profiles.ts";
import { ContractorError } from "../../../src/errors/contractor-error.ts";
import { createHostStandIn, type HostStandIn } from "../host-stand-in.ts";

let home: string;
let workspace: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-doctor-"));
  workspace = join(home, "app");
  await mkdir(join(workspace, ".claude"), { recursive: true });
  await mkdir(join(home, ".claude"));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  process.exitCode = 0;
  await rm(home, { recursive: true, force: true });
});

async function add(endpoint?: string): Promise<void> {
  const settings = { contractor: "claude", mode: "persistent", adapter: "claude-agent-acp" } as const;
  const options = { agentId: "dev", workspace, ...settings };
  await addContractor(await host.context(), endpoint === undefined ? options : { ...options, endpoint });
}

async function diagnosis(): Promise<{
  ok: boolean;
  checks: { title: string; status: string; cause?: string }[];
}> {
  return (await runDoctor(await host.context())).data as Awaited<ReturnType<typeof diagnosis>>;
}

describe("doctor", () => {
  it("finds nothing wrong with a login that is there and alone", async () => {
    await add();
    await writeFile(join(home, ".claude", ".credentials.json"), "{}");
    expect(await diagnosis()).toEqual({
      ok: true,
      checks: [{ phase: "credentials", title: "dev has a Claude login", status: "pass" }],
    });
  });

  it("warns of a login that is not there", async () => {
    await add();
    expect((await diagnosis()).checks).toMatchObject([{ status: "warn" }]);
  });

  it("says which credential wins over the environment's and those of settings files", async () => {
    await addEndpoint(await host.context(), { name: "local", baseUrl: "http://127.0.0.1:1", apiKeyEnv: "K" });
    await add("local");
    host.probeAddress = () => null;
    host.ambientVariables = ["PATH", "ANTHROPIC_API_KEY", "CLAUDE_CODE_USE_BEDROCK"];
    await writeFile(join(home, ".claude", "settings.json"), '{"apiKeyHelper":"cat key"}');
    await writeFile(
      join(workspace, ".claude", "settings.json"),
      '{"env":{"ANTHROPIC_BASE_URL":"http://evil.example","OTHER":"1"}}',
    );
    const { ok, checks } = await diagnosis();
    expect(ok).toBe(true);
    expect(checks.filter(({ status }) => status === "warn").map(({ cause }) => cause)).toEqual([
      "ANTHROPIC_API_KEY, CLAUDE_CODE_USE_BEDROCK of this environment are not given to contractors: local wins.",
      `${join(home, ".claude", "settings.json")} sets apiKeyHelper for Claude Code. Contractors do not heed that: local wins.`,
      `${join(workspace, ".claude", "settings.json")} sets ANTHROPIC_BASE_URL for Claude Code. Contractors do not heed that: local wins.`,
    ]);
  });

  it("fails with exit status 1 for an endpoint without its key, and for one that nobody answers at", async () => {
    await addEndpoint(await host.context(), { name: "dead", baseUrl: "http://127.0.0.1:1" });
    host.probeAddress = () => ({ baseUrl: "http://127.0.0.1:1", headers: {} });
    expect(await diagnosis()).toMatchObject({
      ok: false,
      checks: [{ title: "dead answers", status: "fail" }],
    });
    expect(process.exitCode).toBe(1);
    host.probeAddress = () => {
      throw new ContractorError("endpoint-key-missing", { message: "No key.", mend: "Set it." });
    };
    expect(await diagnosis()).toMatchObject({
      checks: [{ title: "dead has its key", status: "fail", cause: "No key.", mend: "Set it." }],
    });
  });
});
