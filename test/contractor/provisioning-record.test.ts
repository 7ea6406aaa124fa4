import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  listWorkspace,
  readTemplates,
  recordTemplates,
  removeTemplatesSince,
} from "../../src/contractor/provisioning-record.ts";
import { ensureStateDir, stateDirOf } from "../../src/contractor/runtime-state.ts";

const EMPTY = new Set<string>();

let workspace: string;
let record: string;

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), "provisioning-"));
  await ensureStateDir(workspace);
  record = join(stateDirOf(workspace), "provisioning.json");
});

afterEach(async () => {
  await rm(workspace, { recursive: true, force: true });
});

async function write(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(workspace, name), `text of ${name}`);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}

describe("the record", () => {
  it("holds the templates that appeared, and is private", async () => {
    await write("USER.md");
    const before = await listWorkspace(workspace);
    await write("SOUL.md", "AGENTS.md");
    await recordTemplates(workspace, before);
    const templates = await readTemplates(workspace);
    expect(Object.keys(templates).toSorted()).toEqual(["AGENTS.md", "SOUL.md"]);
    expect(templates["SOUL.md"]).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(record)).mode & 0o777).toBe(0o600);
  });

  it("does not hold what a person put there meanwhile", async () => {
    await write("SOUL.md", "notes.md", "main.ts");
    await recordTemplates(workspace, EMPTY);
    expect(Object.keys(await readTemplates(workspace))).toEqual(["SOUL.md"]);
    await removeTemplatesSince(workspace, EMPTY);
    expect(await namesIn(workspace)).toEqual([".openclaw", "main.ts", "notes.md"]);
  });

  it("of an earlier contractor in the same folder stays, and can be added to and taken from", async () => {
    await write("SOUL.md");
    await recordTemplates(workspace, EMPTY);
    const earlier = await readFile(record, "utf8");
    const before = await listWorkspace(workspace);
    await recordTemplates(workspace, before);
    expect(await readFile(record, "utf8")).toBe(earlier);
    await write("USER.md");
    await recordTemplates(workspace, before);
    expect(Object.keys(await readTemplates(workspace))).toEqual(["SOUL.md", "USER.md"]);
    await removeTemplatesSince(workspace, before);
    expect(await readFile(record, "utf8")).toBe(earlier);
    expect(await namesIn(workspace)).toEqual([".openclaw", "SOUL.md"]);
  });

  it("is empty where there is none", async () => {
    expect(await readTemplates(workspace)).toEqual({});
    expect(await readTemplates(join(workspace, "gone"))).toEqual({});
  });

  it.each(["not JSON", "[]", '{"templates":{"SOUL.md":1}}'])(
    "that is broken is no empty one: %s",
    async (text) => {
      await writeFile(record, text);
      await expect(readTemplates(workspace)).rejects.toMatchObject({
        code: "state-unusable",
        message: expect.stringContaining(record) as string,
      });
    },
  );
});

describe("removeTemplatesSince", () => {
  it("takes the new templates and the record, and leaves what was there before", async () => {
    await write("USER.md");
    const before = await listWorkspace(workspace);
    await write("SOUL.md", "mine.txt");
    await recordTemplates(workspace, before);
    await removeTemplatesSince(workspace, before);
    expect(await namesIn(workspace)).toEqual([".openclaw", "USER.md", "mine.txt"]);
    expect(await namesIn(stateDirOf(workspace))).toEqual([".gitignore", "session-map.json"]);
  });

  it("takes a new repository without a branch, and no other", async () => {
    await mkdir(join(workspace, ".git", "refs", "heads"), { recursive: true });
    await removeTemplatesSince(workspace, new Set([".git"]));
    await writeFile(join(workspace, ".git", "refs", "heads", "main"), "");
    await removeTemplatesSince(workspace, EMPTY);
    expect(await namesIn(workspace)).toEqual([".git", ".openclaw"]);
    await rm(join(workspace, ".git", "refs", "heads", "main"));
    await removeTemplatesSince(workspace, EMPTY);
    expect(await namesIn(workspace)).toEqual([".openclaw"]);
  });

  it("has nothing to do where nothing came", async () => {
    await removeTemplatesSince(workspace, EMPTY);
    expect(await namesIn(workspace)).toEqual([".openclaw"]);
  });
});
