import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeContextStamp } from "../../src/contractor/claude-context-stamp.ts";

const NOON = new Date(2026, 4, 17, 12);

let root: string;
let workspace: string;
let configFolder: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "context-stamp-")));
  workspace = join(root, "code/app");
  configFolder = join(root, "home/.claude");
  await mkdir(workspace, { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

const stamp = (now = NOON): Promise<string> => claudeContextStamp(workspace, { configFolder, now });

describe("the stamp of what Claude Code reads when a session begins", () => {
  it.each([
    "code/app/CLAUDE.md",
    "code/CLAUDE.md",
    "code/app/CLAUDE.local.md",
    "code/app/AGENTS.md",
    "code/app/.mcp.json",
    "code/app/.claude/settings.json",
    "code/app/.claude/skills/deploy",
    "code/app/.claude/rules/style.md",
    "code/app/.git/index",
    "home/.claude/CLAUDE.md",
    "home/.claude/settings.json",
    "home/.claude/agents/reviewer.md",
  ])("changes with %s", async (file) => {
    const before = await stamp();
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), "one");
    const created = await stamp();
    await writeFile(join(root, file), "another");
    const changed = await stamp();
    await rm(join(root, file));
    expect(new Set([before, created, changed]).size).toBe(3);
    expect(await stamp()).toBe(before);
  });

  it("changes with the day, and not with the hour", async () => {
    const today = await stamp();
    expect(await stamp(new Date(2026, 4, 17, 23))).toBe(today);
    expect(await stamp(new Date(2026, 4, 18, 1))).not.toBe(today);
  });

  it("does not change with other files", async () => {
    const before = await stamp();
    await writeFile(join(workspace, "main.ts"), "code");
    await mkdir(configFolder, { recursive: true });
    await writeFile(join(configFolder, "history.jsonl"), "{}");
    expect(await stamp()).toBe(before);
  });
});
