import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { editConfig } from "../../scripts/world/edit-config.ts";
import { createContractorWorld, type ContractorWorld } from "./world/contractor-world.ts";

const reportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      phase: z.string(),
      title: z.string(),
      status: z.enum(["pass", "warn", "fail"]),
      cause: z.string().optional(),
      mend: z.string().optional(),
    }),
  ),
});

const ownConfigSchema = z.looseObject({
  config: z.looseObject({ contractors: z.record(z.string(), z.looseObject({})) }),
});

const configSchema = z.object({
  agents: z.object({ entries: z.record(z.string(), z.object({ model: z.string().optional() })) }),
});

let world: ContractorWorld;
let stateDir: string;

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  stateDir = join(world.workspaceOf("dev"), ".openclaw/contractor-agent");
});

afterAll(async () => {
  await world.dispose();
});

async function breakState(): Promise<void> {
  await writeFile(join(stateDir, "session-map.json"), "no map");
  await chmod(stateDir, 0o755);
  await editConfig(world.openclaw, ({ agents, plugins }) => {
    delete agents.entries["dev"]?.["model"];
    const own = ownConfigSchema.parse(plugins.entries["contractor-agent"]);
    // It runs on the Claude login then, and there is none.
    delete own.config.contractors["zed"]?.["endpoint"];
    plugins.entries["contractor-agent"] = own;
  });
}

describe("a broken set-up", () => {
  it("is named by the plugin's doctor, phase by phase, with exit status 1", async () => {
    await breakState();
    const { exitCode, json } = await world.contractorAgents("doctor");
    const { ok, checks } = reportSchema.parse(json);
    expect({ ok, exitCode }).toEqual({ ok: false, exitCode: 1 });
    const wrong = checks.filter(({ status }) => status !== "pass");
    expect(wrong.map(({ phase, title }) => `${phase}: ${title}`)).toEqual([
      "host: A Gateway answers",
      "plugin: dev has a model of the bridge",
      "credentials: zed has a Claude login",
      "state: dev's state is closed to other users",
      "state: dev's session map can be read",
    ]);
    for (const { cause, mend } of wrong) expect([cause, mend]).not.toContain(undefined);
    expect(checks.map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/^The Claude Code of claude-agent-acp answers \(2\./),
    );
  });

  it("is mended by OpenClaw's own doctor, which tells what it did", async () => {
    const { stdout, stderr } = await world.openclaw.run(["doctor", "--fix", "--non-interactive"]);
    // The host draws boxes around what it says.
    const words = `${stdout}\n${stderr}`.replaceAll(/[│\s]+/g, " ");
    expect(words).toContain(
      "[error] contractor-agent/credentials - zed has a Claude login: There is no login",
    );
    expect(words).toContain("dev's session map can be read: moved to");
    expect(words).toContain("dev has a model of the bridge: its model is");
    const { agents } = configSchema.parse(JSON.parse(await readFile(world.openclaw.configPath, "utf8")));
    expect(agents.entries["dev"]?.model).toBe("contractor-agent/contractor-claude-bridge");
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
  });

  it("is mended by the plugin's doctor with --fix, which finds nothing wrong then", async () => {
    await chmod(stateDir, 0o755);
    const { exitCode, json } = await world.contractorAgents("doctor", "--fix", "--phase", "plugin,state");
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      fixes: [{ phase: "state", title: "dev's state is closed to other users" }],
    });
  });
});
