import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeTranscriptExists } from "../../src/contractor/claude-transcripts.ts";

const ID = "0199aa55-0000-4000-8000-000000000001";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "transcripts-"));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function writeTranscript(root: string, project: string): Promise<void> {
  await mkdir(join(root, "projects", project), { recursive: true });
  await writeFile(join(root, "projects", project, `${ID}.jsonl`), "");
}

describe("claudeTranscriptExists", () => {
  it("finds a transcript in whatever project folder it is", async () => {
    await mkdir(join(home, ".claude/projects/-work-app"), { recursive: true });
    await writeTranscript(join(home, ".claude"), "-work-other");
    expect(await claudeTranscriptExists(ID, { HOME: home })).toBe(true);
    expect(await claudeTranscriptExists(ID.replace("1", "2"), { HOME: home })).toBe(false);
  });

  it("finds none when Claude Code has no folder yet, and is not led astray by files", async () => {
    expect(await claudeTranscriptExists(ID, { HOME: home })).toBe(false);
    await mkdir(join(home, ".claude/projects"), { recursive: true });
    await writeFile(join(home, ".claude/projects/file"), "");
    expect(await claudeTranscriptExists(ID, { HOME: home })).toBe(false);
  });

  it.each(["../../secret", "a/b", "", "x".repeat(200)])("never takes %j for a file name", async (id) => {
    await mkdir(join(home, ".claude/projects/p"), { recursive: true });
    await writeFile(join(home, ".claude/secret.jsonl"), "");
    expect(await claudeTranscriptExists(id, { HOME: home })).toBe(false);
  });

  it("rejects when it cannot look: that proves nothing", async () => {
    const projects = join(home, ".claude/projects");
    await mkdir(join(home, ".claude"));
    await symlink(projects, projects);
    await expect(claudeTranscriptExists(ID, { HOME: home })).rejects.toMatchObject({ code: "ELOOP" });
  });
});
