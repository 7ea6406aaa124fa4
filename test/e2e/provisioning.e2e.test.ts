import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createInstalledWorld, type ContractorWorld } from "./world/contractor-world.ts";
import { readFileTree } from "./world/file-tree.ts";

let world: ContractorWorld;
let workspace: string;

const configSchema = z.looseObject({
  agents: z.looseObject({
    entries: z.record(z.string(), z.looseObject({ workspace: z.string().optional() })),
  }),
  plugins: z.looseObject({
    entries: z.looseObject({ "contractor-agent": z.looseObject({ config: z.unknown() }) }),
  }),
});

async function readConfig(): Promise<z.infer<typeof configSchema>> {
  return configSchema.parse(JSON.parse(await readFile(world.openclaw.configPath, "utf8")));
}

beforeAll(async () => {
  world = await createInstalledWorld();
  workspace = await world.createWorkspace("app");
});

afterAll(async () => {
  await world.dispose();
});

describe("the installed plugin", () => {
  it("shows its command in OpenClaw's help", async () => {
    const { stdout } = await world.openclaw.run(["--help"]);
    expect(stdout).toMatch(/contractor-agents \*? +Manage contractor agents/);
  });

  it("shows its model among OpenClaw's models", async () => {
    const { stdout } = await world.openclaw.run(["models", "list", "--all"]);
    expect(stdout).toContain("contractor-agent/contractor-claude-bridge");
  });
});

describe("contractor-agents add, refused", () => {
  const valid = (): Record<string, string> => ({
    "--agent-id": "dev",
    "--workspace": workspace,
    "--contractor": "claude",
    "--endpoint": "scripted",
  });

  // A command of OpenClaw's takes seconds: test/cli/add.test.ts has the other cases.
  it.each([
    ["an agent that exists", { "--agent-id": "main" }, "agent-exists", 1],
    ["a workspace that does not exist", { "--workspace": "/nonexistent/folder" }, "workspace-missing", 1],
    ["an unknown endpoint", { "--endpoint": "nowhere" }, "endpoint-unknown", 1],
    ["an option that it does not have", { "--colour": "red" }, "usage", 2],
  ])(
    "for %s, and leaves nothing behind, byte for byte",
    async (_what, change: Record<string, string>, code, exitCode) => {
      const options = { ...valid(), ...change };
      const configBefore = await readFile(world.openclaw.configPath);
      const filesBefore = await readFileTree(workspace);

      const refused = await world.contractorAgents("add", ...Object.entries(options).flat());

      expect(refused.exitCode).toBe(exitCode);
      expect(refused.json).toMatchObject({ error: { code } });
      expect(await readFile(world.openclaw.configPath)).toEqual(configBefore);
      expect(await readFileTree(workspace)).toEqual(filesBefore);
      expect(await readdir(workspace)).toEqual(["README.md"]);
    },
  );

  it("takes back every step when OpenClaw will not create the agent, byte for byte", async () => {
    // A file in the place of the agent's folder makes OpenClaw fail late, after it has put its templates down.
    const spoiled = await world.createWorkspace("spoiled");
    const agentsFolder = join(world.openclaw.stateDir, "agents");
    await mkdir(agentsFolder, { recursive: true });
    await writeFile(join(agentsFolder, "blocked"), "");
    const configBefore = await readFile(world.openclaw.configPath);
    const filesBefore = await readFileTree(spoiled);
    const { exitCode, json } = await world.contractorAgents(
      ...["add", "--agent-id", "blocked", "--workspace", spoiled, "--contractor", "claude"],
    );
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({ error: { code: "agent-create-failed" } });
    expect(await readFile(world.openclaw.configPath)).toEqual(configBefore);
    expect(await readFileTree(spoiled)).toEqual(filesBefore);
  });
});

describe("contractor-agents add, remove", () => {
  it("provisions the agent, its state folder and an empty session map", async () => {
    const added = await world.contractorAgents(
      ...[
        "add",
        "--agent-id",
        "dev",
        "--workspace",
        workspace,
        "--contractor",
        "claude",
        "--endpoint",
        "scripted",
      ],
    );
    const stateDir = join(workspace, ".openclaw", "contractor-agent");
    expect(added).toEqual({
      exitCode: 0,
      json: {
        agentId: "dev",
        contractor: "claude",
        model: "contractor-agent/contractor-claude-bridge",
        workspace,
        stateDir,
        sessionMap: join(stateDir, "session-map.json"),
        adapter: "claude-agent-acp",
        endpoint: "scripted",
        mode: "persistent",
        permissionMode: "ask",
        tools: ["messaging", "sessions", "agents", "memory", "automation"],
        mcpServers: [],
      },
    });
    expect(JSON.parse(await readFile(join(stateDir, "session-map.json"), "utf8"))).toEqual({
      version: 1,
      sessions: [],
    });
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(stateDir, "session-map.json"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(stateDir, ".gitignore"), "utf8")).toBe("*\n");
    const config = await readConfig();
    expect(config.agents.entries["dev"]).toMatchObject({
      workspace,
      model: "contractor-agent/contractor-claude-bridge",
    });
  });

  it("refuses the same command again and changes nothing", async () => {
    const configBefore = await readFile(world.openclaw.configPath);
    const filesBefore = await readFileTree(workspace);
    const again = await world.contractorAgents(
      ...["add", "--agent-id", "dev", "--workspace", workspace, "--contractor", "claude"],
    );
    expect(again).toMatchObject({ exitCode: 1, json: { error: { code: "contractor-exists" } } });
    expect(await readFile(world.openclaw.configPath)).toEqual(configBefore);
    expect(await readFileTree(workspace)).toEqual(filesBefore);
  });

  it("shows it in status, for scripts and for people", async () => {
    const status = await world.contractorAgents("status");
    const nothing = { usd: 0, tokens: 0, turns: 0 };
    expect(status).toEqual({
      exitCode: 0,
      json: {
        contractors: [
          {
            agentId: "dev",
            contractor: "claude",
            model: "contractor-agent/contractor-claude-bridge",
            workspace,
            adapter: "claude-agent-acp",
            endpoint: "scripted",
            mode: "persistent",
            permissionMode: "ask",
            sessions: { active: 0, closed: 0, orphaned: 0 },
            budget: [],
            problems: [],
            warnings: [],
            ...{ warm: 0, busy: 0, queued: 0, spare: false, fullest: null, limits: [], lastError: null },
            spent: { day: nothing, agent: nothing, since: null },
          },
        ],
        gateway: { reachable: false, pool: null },
      },
    });
    const { stdout } = await world.openclaw.run(["contractor-agents", "status"]);
    expect(stdout).toMatch(/^AGENT +STATE +WARM .*\ndev +ok +- /m);
  });

  it("refuses to remove an endpoint that is in use", async () => {
    const refused = await world.contractorAgents("endpoint", "remove", "scripted");
    expect(refused).toMatchObject({ exitCode: 1, json: { error: { code: "endpoint-in-use" } } });
  });

  it("wants a confirmation before it removes", async () => {
    const refused = await world.contractorAgents("remove", "--agent-id", "dev");
    expect(refused).toMatchObject({ exitCode: 1, json: { error: { code: "confirmation-required" } } });
  });

  it("removes the agent and its state, and keeps the workspace", async () => {
    await writeFile(join(workspace, "SOUL.md"), "I am terse.\n");
    const removed = await world.contractorAgents("remove", "--agent-id", "dev", "--yes");
    expect(removed).toEqual({ exitCode: 0, json: { agentId: "dev" } });
    const config = await readConfig();
    expect(config.agents.entries["dev"]).toBeUndefined();
    expect(config.plugins.entries["contractor-agent"].config).toMatchObject({ contractors: {} });
    expect(await readFile(join(workspace, "README.md"), "utf8")).toContain("# The app project");
    expect(await readFile(join(workspace, "SOUL.md"), "utf8")).toBe("I am terse.\n");
    expect(await readdir(workspace)).not.toContain(".openclaw");
  });

  it("can provision the same agent in the same workspace again", async () => {
    const again = await world.contractorAgents(
      ...["add", "--agent-id", "dev", "--workspace", workspace, "--contractor", "claude"],
    );
    expect(again).toMatchObject({ exitCode: 0, json: { agentId: "dev", endpoint: null } });
  });
});
