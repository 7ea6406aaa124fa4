import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addContractor, type AddOptions } from "../../src/cli/add.ts";
import { addEndpoint } from "../../src/cli/endpoint/endpoint-profiles.ts";
import type { ErrorCode } from "../../src/errors/error-codes.ts";
import { createHostStandIn, failing, listingOf, type HostStandIn, type Step } from "./host-stand-in.ts";

let home: string;
let workspace: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-add-")));
  workspace = join(home, "app");
  await mkdir(join(workspace, "src"), { recursive: true });
  await writeFile(join(workspace, "src/main.ts"), "main();\n");
  await writeFile(join(workspace, "USER.md"), "I am Ann.\n");
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function add(overrides: Partial<AddOptions> = {}): ReturnType<typeof addContractor> {
  return addContractor(await host.context(), {
    agentId: "dev",
    workspace,
    contractor: "claude",
    mode: "persistent",
    adapter: "claude-agent-acp",
    ...overrides,
  });
}

/** That a command fails and leaves every byte below the home folder as it was. */
async function expectNoTrace(command: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  const before = await listingOf(home);
  await expect(command()).rejects.toMatchObject({ code });
  expect(await listingOf(home)).toEqual(before);
}

describe("add", () => {
  it("creates the agent, its settings and its state, and says what it made", async () => {
    const { data, text } = await add();
    expect(data).toEqual({
      agentId: "dev",
      contractor: "claude",
      model: "contractor-agent/contractor-claude-bridge",
      workspace,
      stateDir: join(workspace, ".openclaw/contractor-agent"),
      sessionMap: join(workspace, ".openclaw/contractor-agent/session-map.json"),
      adapter: "claude-agent-acp",
      endpoint: null,
      mode: "persistent",
      permissionMode: "ask",
      tools: ["messaging", "sessions", "agents", "memory", "automation"],
      mcpServers: [],
    });
    expect(text).toContain('The contractor agent "dev" is ready.');
    expect(text).toContain("openclaw agent --agent dev --message");
    const { agents } = await host.readConfig();
    expect(agents.entries["dev"]).toMatchObject({ workspace });
    expect((await host.context()).config.contractors).toEqual({
      dev: {
        contractor: "claude",
        workspace,
        mode: "persistent",
        adapter: "claude-agent-acp",
        onLimit: "error",
        routes: [],
        permissionMode: "ask",
        bypassAcknowledged: false,
        silenceMinutes: 30,
        tools: ["messaging", "sessions", "agents", "memory", "automation"],
        mcpServers: [],
      },
    });
    expect(host.steps).toEqual(["ensureAdapter", "backUpConfig", "putContractor dev", "createBaseAgent dev"]);
  });

  it("offers none of OpenClaw's tools for an empty list, and refuses what is no name", async () => {
    const { data, text } = await add({ tools: [] });
    expect(data).toMatchObject({ tools: [] });
    expect(text).toMatch(/tools +none/);
    await expect(add({ agentId: "other", tools: ["messaging", "Bash!"] })).rejects.toMatchObject({
      code: "usage",
      message: '"Bash!" is no group and no name of a tool.',
    });
  });

  it("keeps every setting that is given, and makes paths absolute", async () => {
    await addEndpoint(await host.context(), {
      name: "local",
      baseUrl: "http://127.0.0.1:1",
      apiKeyEnv: "KEY",
    });
    const claude = join(home, "claude");
    await writeFile(claude, "#!/bin/sh\n", { mode: 0o755 });
    const { data } = await add({
      workspace: relative(process.cwd(), workspace),
      mode: "oneshot",
      adapter: "claude-code-acp",
      endpoint: "local",
      model: "qwen",
      claudeExecutable: relative(process.cwd(), claude),
      permissionMode: "accept-edits",
      silenceMinutes: 90,
      tools: ["messaging", "cron"],
      mcpServers: ["docs"],
    });
    expect(data).toMatchObject({
      workspace,
      mode: "oneshot",
      adapter: "claude-code-acp",
      endpoint: "local",
      permissionMode: "accept-edits",
    });
    expect((await host.context()).config.contractors["dev"]).toEqual({
      contractor: "claude",
      workspace,
      mode: "oneshot",
      adapter: "claude-code-acp",
      endpoint: "local",
      onLimit: "error",
      routes: [],
      model: "qwen",
      claudeExecutable: claude,
      permissionMode: "accept-edits",
      bypassAcknowledged: false,
      silenceMinutes: 90,
      tools: ["messaging", "cron"],
      mcpServers: ["docs"],
    });
  });

  it("takes a bypass of all permissions that somebody wants in so many words, and says what it means", async () => {
    const { data, text } = await add({ permissionMode: "bypass", acknowledgeBypass: true });
    expect(data).toMatchObject({ permissionMode: "bypass" });
    expect(text).toContain("nobody is asked about anything");
    expect((await host.context()).config.contractors["dev"]).toMatchObject({
      permissionMode: "bypass",
      bypassAcknowledged: true,
    });
  });

  it("takes an id that is the name of something every object has", async () => {
    expect((await add({ agentId: "constructor" })).data).toMatchObject({ agentId: "constructor" });
  });

  it("leaves a person's own files alone", async () => {
    await add();
    expect(await readFile(join(workspace, "USER.md"), "utf8")).toBe("I am Ann.\n");
    expect(await readFile(join(workspace, "src/main.ts"), "utf8")).toBe("main();\n");
  });

  it("is refused the second time, and changes nothing", async () => {
    await add();
    await expectNoTrace(() => add(), "contractor-exists");
  });
});

describe("add, when it can be known to fail,", () => {
  it.each<[string, ErrorCode, Partial<AddOptions>]>([
    ["another kind", "contractor-kind-unsupported", { contractor: "gemini" }],
    ["an id in capitals", "agent-id-invalid", { agentId: "Dev" }],
    ["an id that is a path", "agent-id-invalid", { agentId: "../dev" }],
    ["no id", "agent-id-invalid", { agentId: "" }],
    ["an agent that is no contractor", "agent-exists", { agentId: "main" }],
    ["an endpoint that is not there", "endpoint-unknown", { endpoint: "nowhere" }],
    ["an endpoint that every object has", "endpoint-unknown", { endpoint: "constructor" }],
    ["an unacknowledged bypass", "bypass-not-acknowledged", { permissionMode: "bypass" }],
    ["an acknowledgement of nothing", "usage", { acknowledgeBypass: true }],
    ["an executable that is not there", "executable-missing", { claudeExecutable: "/nowhere/claude" }],
    ["a folder for an executable", "executable-missing", { claudeExecutable: tmpdir() }],
    ["a workspace that is not there", "workspace-missing", { workspace: join(tmpdir(), "no such folder") }],
  ])("touches nothing: %s", async (_, code, options) => {
    await expectNoTrace(() => add(options), code);
    expect(host.steps).toEqual([]);
  });

  it("touches nothing when root asks for a bypass, acknowledged or not", async () => {
    const context = { ...(await host.context()), uid: 0 };
    const options = { agentId: "dev", workspace, contractor: "claude", mode: "persistent" } as const;
    for (const acknowledgeBypass of [true, false]) {
      await expectNoTrace(
        () =>
          addContractor(context, {
            ...options,
            adapter: "claude-agent-acp",
            permissionMode: "bypass",
            acknowledgeBypass,
          }),
        "bypass-as-root",
      );
    }
    expect(host.steps).toEqual([]);
  });

  it("touches nothing when the workspace is a file, or the executable may not be executed", async () => {
    const file = join(workspace, "src/main.ts");
    await expectNoTrace(() => add({ workspace: file }), "workspace-not-a-folder");
    await chmod(file, 0o600);
    await expectNoTrace(() => add({ claudeExecutable: file }), "executable-missing");
    expect(host.steps).toEqual([]);
  });
});

describe("add, when a step fails,", () => {
  it.each<[Step, ErrorCode]>([
    ["ensureAdapter", "adapter-missing"],
    ["backUpConfig", "config-invalid"],
    ["putContractor", "config-write-failed"],
    ["createBaseAgent", "agent-create-failed"],
  ])("takes everything back: %s", async (step, code) => {
    host.before[step] = failing(code);
    await expectNoTrace(() => add(), code);
  });

  it("takes everything back when the state folder cannot be made", async () => {
    await symlink(home, join(workspace, ".openclaw"));
    await expect(add()).rejects.toMatchObject({ code: "state-unusable" });
    expect(host.steps).toEqual(["ensureAdapter"]);
    expect((await host.context()).config.contractors).toEqual({});
  });

  it("takes everything back when the templates cannot be recorded, the agent and its templates included", async () => {
    host.before.createBaseAgent = () => rm(join(workspace, ".openclaw"), { recursive: true });
    const before = await listingOf(workspace);
    const config = await readFile(host.configPath, "utf8");
    await expect(add()).rejects.toMatchObject({ code: "ENOENT" });
    expect(await listingOf(workspace)).toEqual(before);
    expect(await readFile(host.configPath, "utf8")).toBe(config);
    expect(host.steps.at(-1)).toBe("deleteBaseAgent dev");
  });

  it("keeps what somebody else changed in the configuration meanwhile", async () => {
    host.before.createBaseAgent = async () => {
      await addEndpoint(await host.context(), { name: "new", baseUrl: "http://127.0.0.1", apiKeyEnv: "KEY" });
      failing("agent-create-failed")();
    };
    await expect(add()).rejects.toMatchObject({ code: "agent-create-failed" });
    const { config } = await host.context();
    expect(Object.keys(config.endpoints)).toEqual(["new"]);
    expect(config.contractors).toEqual({});
  });

  it("reports the first failure, and takes back what it can, when taking back fails as well", async () => {
    host.before.createBaseAgent = async () => {
      await writeFile(host.configPath, await readFile(host.configPath, "utf8").then((text) => `${text}\n`));
      failing("agent-create-failed")();
    };
    host.before.removeContractor = failing("config-write-failed");
    const before = await listingOf(workspace);
    await expect(add()).rejects.toMatchObject({ code: "agent-create-failed" });
    expect(await listingOf(workspace)).toEqual(before);
  });
});
