import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addContractor } from "../../src/cli/add.ts";
import { removeContractor } from "../../src/cli/remove.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { createHostStandIn, failing, listingOf, type HostStandIn } from "./host-stand-in.ts";

const NOTHING_ACTIVE = { expected: null, endedBy: "superseded" } as const;

let home: string;
let workspace: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-remove-")));
  workspace = join(home, "app");
  await mkdir(workspace);
  await writeFile(join(workspace, "main.ts"), "main();\n");
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function add(agentId: string, folder: string = workspace): Promise<void> {
  await addContractor(await host.context(), {
    agentId,
    workspace: folder,
    contractor: "claude",
    mode: "persistent",
    adapter: "claude-agent-acp",
  });
  host.steps.length = 0;
}

async function folderAt(name: string): Promise<string> {
  const folder = join(home, name);
  await mkdir(folder);
  return folder;
}

async function remove(agentId: string): ReturnType<typeof removeContractor> {
  return removeContractor(await host.context(), { agentId, yes: true });
}

describe("remove", () => {
  it("leaves OpenClaw the mark by which it lists contractors' models as long as there are any", async () => {
    const mark = join((await host.context()).stateDir, "contractor-agent/own-login");
    await add("dev");
    await add("ops", await folderAt("ops"));
    await remove("dev");
    await access(mark);
    await remove("ops");
    await expect(access(mark)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("takes the state folder and the settings, and keeps the workspace with OpenClaw's templates", async () => {
    const { agents } = await host.readConfig();
    await add("dev");
    const provisioned = await listingOf(workspace);
    const { data, text } = await remove("dev");
    expect(data).toEqual({ agentId: "dev" });
    expect(text).toContain(workspace);
    expect(await listingOf(workspace)).toEqual(provisioned.filter((line) => !line.startsWith(".openclaw")));
    expect(await host.readConfig()).toEqual({
      agents,
      plugins: { entries: { "contractor-agent": { config: { contractors: {} } } } },
    });
  });

  it("points the agent at another folder before it is deleted, because its folder goes to the trash", async () => {
    await add("dev");
    await remove("dev");
    const decoy = join(home, "state/contractor-agent/removed/dev");
    expect(host.steps).toEqual([
      `moveAgentWorkspace ${decoy}`,
      "deleteBaseAgent dev",
      "removeContractor dev",
    ]);
    expect(await readdir(host.trash)).toHaveLength(1);
    await expect(access(decoy)).rejects.toThrow();
    expect(await readFile(join(workspace, "main.ts"), "utf8")).toBe("main();\n");
  });

  it("puts the agent's folder back when the agent cannot be deleted, and keeps everything", async () => {
    await add("dev");
    const before = [await listingOf(workspace), await host.readConfig()];
    host.before.deleteBaseAgent = failing("agent-delete-failed");
    await expect(remove("dev")).rejects.toMatchObject({ code: "agent-delete-failed" });
    expect([await listingOf(workspace), await host.readConfig()]).toEqual(before);
    expect(await readdir(host.trash)).toEqual([]);
  });

  it("leaves the agent's folder where it is pointed to while a deletion may be under way", async () => {
    await add("dev");
    host.before.deleteBaseAgent = () => {
      throw new ContractorError("agent-delete-failed", { message: "Late.", mend: "Again.", retryable: true });
    };
    await expect(remove("dev")).rejects.toMatchObject({ code: "agent-delete-failed" });
    const { agents } = await host.readConfig();
    expect(agents.entries["dev"]?.workspace).toBe(join(home, "state/contractor-agent/removed/dev"));
    host.before = {};
    await remove("dev");
    expect(await readFile(join(workspace, "main.ts"), "utf8")).toBe("main();\n");
    expect((await host.context()).config.contractors).toEqual({});
  });

  it("wants to be confirmed, and does nothing before", async () => {
    await add("dev");
    const before = await listingOf(home);
    await expect(removeContractor(await host.context(), { agentId: "dev" })).rejects.toMatchObject({
      code: "confirmation-required",
      mend: expect.stringContaining("remove --agent-id dev --yes") as string,
    });
    expect(await listingOf(home)).toEqual(before);
  });

  it.each(["nobody", "main", "constructor"])("knows no contractor %s", async (agentId) => {
    await expect(remove(agentId)).rejects.toMatchObject({ code: "contractor-unknown" });
    expect(host.steps).toEqual([]);
  });

  it.each([
    ["the agent cannot be deleted", "deleteBaseAgent"],
    ["the settings cannot be written", "removeContractor"],
  ] as const)("can be run again after %s", async (_, step) => {
    const untouched = await listingOf(workspace);
    const { agents } = await host.readConfig();
    await add("dev");
    host.before[step] = failing("config-write-failed");
    await expect(remove("dev")).rejects.toMatchObject({ code: "config-write-failed" });
    host.before = {};
    await remove("dev");
    expect((await host.readConfig()).agents).toEqual(agents);
    expect((await host.context()).config.contractors).toEqual({});
    expect(await readdir(workspace)).not.toContain(".openclaw");
    expect(await listingOf(workspace)).toEqual(expect.arrayContaining(untouched));
  });

  it("can be run again after the state could not be forgotten, and forgets it then", async () => {
    await add("dev");
    const openclaw = join(workspace, ".openclaw");
    await rename(openclaw, join(home, "kept"));
    await symlink(join(home, "kept"), openclaw);
    await expect(remove("dev")).rejects.toMatchObject({ code: "state-unusable" });
    expect((await host.context()).config.contractors).toHaveProperty("dev");
    await rm(openclaw);
    await rename(join(home, "kept"), openclaw);
    host.steps.length = 0;
    await remove("dev");
    expect(host.steps).toEqual(["removeContractor dev"]);
    expect(await readdir(workspace)).not.toContain(".openclaw");
    await expect(remove("dev")).rejects.toMatchObject({ code: "contractor-unknown" });
  });

  it("removes a contractor whose workspace has become a file", async () => {
    await add("dev");
    await rm(workspace, { recursive: true });
    await writeFile(workspace, "");
    await add("ops", await folderAt("other"));
    await remove("dev");
    expect(Object.keys((await host.context()).config.contractors)).toEqual(["ops"]);
  });

  it("works although the agent is gone from OpenClaw, or the workspace from the disk", async () => {
    await add("dev");
    await rm(workspace, { recursive: true });
    const context = await host.context();
    await removeContractor({ ...context, agentIds: ["main"] }, { agentId: "dev", yes: true });
    expect(host.steps).toEqual(["removeContractor dev"]);
    expect((await host.context()).config.contractors).toEqual({});
  });

  it.each(["by the same name", "by a symlink"])(
    "takes only its own conversations where another contractor works in the folder %s",
    async (how) => {
      const folder = how === "by a symlink" ? join(home, "alias") : workspace;
      await symlink(workspace, join(home, "alias"));
      await add("dev");
      await add("ops", folder);
      const store = createFileSessionMapStore({ workspace });
      await store.install(sampleEntry({ agentId: "dev" }), NOTHING_ACTIVE);
      await store.install(sampleEntry({ agentId: "ops" }), NOTHING_ACTIVE);
      await remove("dev");
      expect(await store.list()).toMatchObject([{ agentId: "ops", state: "active" }]);
      await remove("ops");
      expect(await readdir(workspace)).not.toContain(".openclaw");
    },
  );
});
