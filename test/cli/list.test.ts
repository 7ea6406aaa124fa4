import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listContractors } from "../../src/cli/list.ts";
import { addTo, change } from "./contractors.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-list-")));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

describe("list", () => {
  it("shows how each contractor is set", async () => {
    const dev = await addTo({ host, home }, "dev");
    const ops = await addTo({ host, home }, "ops", { model: "opus" });
    await change(host, "ops", { permissionMode: "bypass", bypassAcknowledged: true });
    const { data, text } = await listContractors(await host.context());
    const row = { contractor: "claude", adapter: "claude-agent-acp", endpoint: null, mode: "persistent" };
    expect(data).toEqual({
      contractors: [
        { ...row, agentId: "dev", workspace: dev, model: null, permissionMode: "ask" },
        { ...row, agentId: "ops", workspace: ops, model: "opus", permissionMode: "bypass" },
      ],
    });
    expect(stripVTControlCharacters(text).split("\n")).toEqual([
      "AGENT  CONTRACTOR  MODE        PERMISSIONS  ADAPTER           ENDPOINT      MODEL    WORKSPACE",
      `dev    claude      persistent  ask          claude-agent-acp  Claude login  default  ${dev}`,
      `ops    claude      persistent  bypass (!)   claude-agent-acp  Claude login  opus     ${ops}`,
    ]);
  });

  it("says how to begin when there is none", async () => {
    const { data, text } = await listContractors(await host.context());
    expect(data).toEqual({ contractors: [] });
    expect(text).toContain("contractor-agents add --help");
  });
});
