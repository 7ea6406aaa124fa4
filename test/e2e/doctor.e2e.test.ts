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

let world: ContractorWorld;
let stateDir: string;

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  stateDir = join(world.workspaceOf("dev"), ".openclaw/contractor-agent");
});

afterAll(async () => {
  await world.dispose();
});

async function doctor(...options: string[]): Promise<z.infer<typeof reportSchema> & { exitCode: number }> {
  const { exitCode, json } = await world.contractorAgents("doctor", ...options);
  return { ...reportSchema.parse(json), exitCode };
}

async function breakState(): Promise<void> {
  await writeFile(join(stateDir, "session-map.json"), "no map");
  await chmod(stateDir, 0o755);
  await editConfig(world.openclaw, ({ agents }) => {
    delete agents.entries["dev"]?.["model"];
  });
}

describe("a broken set-up", () => {
  it("is named by the plugin's doctor, phase by phase, with exit status 1", async () => {
    await breakState();
    const { ok, checks, exitCode } = await doctor();
    expect({ ok, exitCode }).toEqual({ ok: false, exitCode: 1 });
    const wrong = checks.filter(({ status }) => status !== "pass");
    expect(wrong.map(({ phase, title }) => `${phase}: ${title}`)).toEqual([
      "host: A Gateway answers",
      "plugin: dev has a model of the bridge",
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
    const words = `${stdout}\n${stderr}`.replaceAll(/[│\s]+/g, " ");
    expect(words).toContain("dev's session map can be read: moved to");
    expect(words).toContain("dev has a model of the bridge: its model is");
    expect(await doctor("--phase", "plugin,state")).toMatchObject({ ok: true, exitCode: 0 });
    const configured = await readFile(world.openclaw.configPath, "utf8");
    expect(configured).toContain('"model": "contractor-agent/contractor-claude-bridge"');
  });

  it("is mended by the plugin's doctor with --fix", async () => {
    await breakState();
    const { json } = await world.contractorAgents("doctor", "--fix", "--phase", "plugin,state");
    expect(json).toMatchObject({
      ok: true,
      fixes: [
        { phase: "plugin", title: "dev has a model of the bridge" },
        { phase: "state", title: "dev's state is closed to other users" },
        { phase: "state", title: "dev's session map can be read" },
      ],
    });
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
  });
});
