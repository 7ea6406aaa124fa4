import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  claudeProjectsFolder,
  expectedTranscriptPath,
  findClaudeTranscript,
  holdsConversation,
  readTranscriptWorkspace,
} from "../../src/contractor/claude-transcripts.ts";

const ID = "0199aa55-0000-4000-8000-000000000001";
const OTHER_ID = ID.replace("1", "2");

let home: string;
let projects: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "transcripts-")));
  projects = join(home, ".claude/projects");
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function writeTranscript(path: string, ...lines: string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

describe("claudeProjectsFolder", () => {
  it("is where the environment says that Claude Code keeps its files", () => {
    expect(claudeProjectsFolder({ HOME: "/srv/agent" })).toBe("/srv/agent/.claude/projects");
    expect(claudeProjectsFolder({ HOME: "/srv/agent", CLAUDE_CONFIG_DIR: "/srv/claude" })).toBe(
      "/srv/claude/projects",
    );
  });
});

describe("expectedTranscriptPath", () => {
  it.each([
    ["/srv/code/app", "-srv-code-app"],
    ["/srv/my_app v1.2", "-srv-my-app-v1-2"],
    ["/srv/Überblick", "-srv--berblick"],
    ["/srv/a🦞b", "-srv-a--b"],
  ])("takes everything in %s that is no letter or digit for a hyphen", (workspace, folder) => {
    expect(expectedTranscriptPath({ claudeSessionId: ID, workspace }, { HOME: "/srv/agent" })).toBe(
      `/srv/agent/.claude/projects/${folder}/${ID}.jsonl`,
    );
  });
});

describe("findClaudeTranscript", () => {
  it("finds a transcript in whatever project folder it is", async () => {
    await mkdir(join(projects, "-work-app"), { recursive: true });
    const path = await writeTranscript(join(projects, `-work-other/${ID}.jsonl`));
    expect(await findClaudeTranscript(ID, { HOME: home })).toEqual({ path });
    expect(await findClaudeTranscript(OTHER_ID, { HOME: home })).toBeNull();
  });

  it("looks first where the transcript was seen, then in the workspace's folder, then in the others", async () => {
    const workspace = join(home, "app");
    await mkdir(workspace);
    await symlink(workspace, join(home, "alias"));
    const anywhere = await writeTranscript(join(projects, `-a/${ID}.jsonl`));
    const hint = { workspace: join(home, "alias"), path: join(home, `archive/${ID}.jsonl`) };
    expect(await findClaudeTranscript(ID, { HOME: home }, hint)).toEqual({ path: anywhere });
    const ofWorkspace = await writeTranscript(
      expectedTranscriptPath({ claudeSessionId: ID, workspace }, { HOME: home }),
    );
    expect(await findClaudeTranscript(ID, { HOME: home }, hint)).toEqual({ path: ofWorkspace });
    await writeTranscript(hint.path);
    expect(await findClaudeTranscript(ID, { HOME: home }, hint)).toEqual({ path: hint.path });
  });

  it("takes no hint for a transcript that is another session's, and minds no hint that leads nowhere", async () => {
    const path = await writeTranscript(join(home, `archive/${OTHER_ID}.jsonl`));
    expect(await findClaudeTranscript(ID, { HOME: home }, { path })).toBeNull();
    const workspace = `/gone/${"deep/".repeat(100)}`;
    expect(await findClaudeTranscript(ID, { HOME: home }, { workspace })).toBeNull();
  });

  it("finds none when Claude Code has no folder yet, and is not led astray by files", async () => {
    expect(await findClaudeTranscript(ID, { HOME: home })).toBeNull();
    await mkdir(projects, { recursive: true });
    await writeFile(join(projects, "file"), "");
    expect(await findClaudeTranscript(ID, { HOME: home })).toBeNull();
  });

  it.each(["../../secret", "../secret", "a/b", "a\0b", "", "x".repeat(200)])(
    "never takes %j for a file name",
    async (id) => {
      await mkdir(join(projects, "p"), { recursive: true });
      const path = await writeTranscript(join(home, ".claude/secret.jsonl"));
      expect(await findClaudeTranscript(id, { HOME: home }, { path, workspace: home })).toBeNull();
    },
  );

  it("rejects when it cannot look: that proves nothing", async () => {
    await mkdir(join(home, ".claude"));
    await symlink(projects, projects);
    await expect(findClaudeTranscript(ID, { HOME: home })).rejects.toMatchObject({ code: "ELOOP" });
  });
});

describe("readTranscriptWorkspace", () => {
  const withCwd = (cwd: string): string => JSON.stringify({ type: "user", cwd, sessionId: ID });
  const write = (...lines: string[]): Promise<string> =>
    writeTranscript(join(projects, `p/${ID}.jsonl`), ...lines);

  it("gives the folder that the first line with one names", async () => {
    const path = await write('{"type":"summary"}', "spoilt {", withCwd("/srv/app"), withCwd("/srv/app/src"));
    expect(await readTranscriptWorkspace(path)).toBe("/srv/app");
  });

  it("reads over a first line as long as a picture", async () => {
    const path = await write(JSON.stringify({ image: "x".repeat(3_000_000) }), withCwd("/srv/app"));
    expect(await readTranscriptWorkspace(path)).toBe("/srv/app");
  });

  it("gives null when no line names one, or names it beyond what is read", async () => {
    expect(await readTranscriptWorkspace(await write('{"cwd":""}', '{"cwd":7}', "null"))).toBeNull();
    expect(await readTranscriptWorkspace(await write())).toBeNull();
    const far = await write("x".repeat(17 * 1024 * 1024), withCwd("/srv/app"));
    expect(await readTranscriptWorkspace(far)).toBeNull();
  });

  it("rejects when the file cannot be read", async () => {
    await expect(readTranscriptWorkspace(join(home, "gone.jsonl"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(readTranscriptWorkspace(home)).rejects.toMatchObject({ code: "EISDIR" });
  });
});

describe("holdsConversation", () => {
  const write = (...lines: string[]): Promise<string> =>
    writeTranscript(join(projects, `p/${ID}.jsonl`), ...lines);
  const QUEUED = '{"type":"queue-operation","operation":"dequeue"}';

  it.each(["user", "assistant", "system"])("is true when a line is of type %s", async (type) => {
    expect(await holdsConversation(await write(QUEUED, JSON.stringify({ type })))).toBe(true);
  });

  it("is false when nothing was said, or nothing whole was written", async () => {
    expect(await holdsConversation(await write())).toBe(false);
    expect(await holdsConversation(await write(QUEUED, '{"type":"mode"}', "null", '{"type":"us'))).toBe(
      false,
    );
  });

  it("rejects when the file cannot be read", async () => {
    await expect(holdsConversation(join(home, "gone.jsonl"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
