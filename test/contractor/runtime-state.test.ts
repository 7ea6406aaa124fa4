import { execFile } from "node:child_process";
import fileSystem, {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  ensureStateDir,
  locateSessionMap,
  removeStateDir,
  sessionMapPathOf,
  stateDirOf,
} from "../../src/contractor/runtime-state.ts";

let folder: string;
let workspace: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "runtime-state-")));
  workspace = join(folder, "workspace");
  await mkdir(workspace);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

/** Everything that may be wrong with what lies below a workspace. */
const ODDITIES: [string, () => Promise<void>][] = [
  [".openclaw is a symlink", () => linkElsewhere(join(workspace, ".openclaw"))],
  ["the state folder is a symlink", () => linkElsewhere(stateDirOf(workspace))],
  ["the session map is a symlink", () => linkElsewhere(sessionMapPathOf(workspace))],
  ["the session map is a dangling symlink", () => linkNowhere(sessionMapPathOf(workspace))],
  [".openclaw is a file", () => writeFile(join(workspace, ".openclaw"), "")],
  ["the state folder is a file", () => placeFile(stateDirOf(workspace))],
  ["the session map is a folder", () => mkdir(sessionMapPathOf(workspace), { recursive: true }).then()],
];

async function linkElsewhere(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(join(folder, "elsewhere"));
  await symlink(join(folder, "elsewhere"), path);
}

async function linkNowhere(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(folder, "nowhere"), path);
}

async function placeFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "");
}

async function everythingIn(path: string): Promise<string[]> {
  return (await readdir(path, { recursive: true })).toSorted();
}

describe("ensureStateDir", () => {
  it("makes a private state folder with an empty session map, and names what it made in order", async () => {
    const { created } = await ensureStateDir(workspace);
    const stateDir = stateDirOf(workspace);
    expect(created).toEqual([
      join(workspace, ".openclaw"),
      stateDir,
      join(stateDir, ".gitignore"),
      sessionMapPathOf(workspace),
    ]);
    expect(await readFile(sessionMapPathOf(workspace), "utf8")).toBe(
      '{\n  "version": 1,\n  "sessions": []\n}\n',
    );
    expect(await modeOf(join(workspace, ".openclaw"))).toBe(0o700);
    expect(await modeOf(stateDir)).toBe(0o700);
    expect(await modeOf(sessionMapPathOf(workspace))).toBe(0o600);
    expect(await readdir(stateDir)).toHaveLength(2);
  });

  it("hides all of it from git", async () => {
    await promisify(execFile)("git", ["init", "--quiet", workspace]);
    await ensureStateDir(workspace);
    const status = await promisify(execFile)("git", ["-C", workspace, "status", "--porcelain", "-uall"]);
    expect(status.stdout).toBe("");
  });

  it("creates nothing the second time, and keeps what is stored", async () => {
    await ensureStateDir(workspace);
    await writeFile(sessionMapPathOf(workspace), '{"mine":true}');
    expect(await ensureStateDir(workspace)).toEqual({ created: [] });
    expect(await readFile(sessionMapPathOf(workspace), "utf8")).toBe('{"mine":true}');
  });

  it("names only what was missing", async () => {
    await ensureStateDir(workspace);
    await rm(sessionMapPathOf(workspace));
    expect(await ensureStateDir(workspace)).toEqual({ created: [sessionMapPathOf(workspace)] });
  });

  it("closes what is ours to others, and leaves the mode of OpenClaw's own folder", async () => {
    await ensureStateDir(workspace);
    await chmod(join(workspace, ".openclaw"), 0o755);
    await chmod(stateDirOf(workspace), 0o777);
    await chmod(sessionMapPathOf(workspace), 0o666);
    await ensureStateDir(workspace);
    expect(await modeOf(join(workspace, ".openclaw"))).toBe(0o755);
    expect(await modeOf(stateDirOf(workspace))).toBe(0o700);
    expect(await modeOf(sessionMapPathOf(workspace))).toBe(0o600);
  });

  it("tells only one of several callers at once that it created a path", async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => ensureStateDir(workspace)));
    expect(results.flatMap(({ created }) => created)).toHaveLength(4);
    expect(await readdir(stateDirOf(workspace))).toHaveLength(2);
  });

  it("takes a workspace that is a symlink, and answers with real paths", async () => {
    const alias = join(folder, "alias");
    await symlink(workspace, alias);
    const { created } = await ensureStateDir(alias);
    expect(created[0]).toBe(join(workspace, ".openclaw"));
    expect(locateSessionMap(alias)).toBe(sessionMapPathOf(workspace));
  });

  it.each(ODDITIES)("refuses when %s, and leaves nothing behind", async (_, arrange) => {
    await arrange();
    const before = await everythingIn(folder);
    await expect(ensureStateDir(workspace)).rejects.toMatchObject({ code: "state-unusable" });
    expect(await everythingIn(folder)).toEqual(before);
  });

  it("makes the session map on a file system without hard links", async () => {
    const refusal = Object.assign(new Error("Operation not permitted"), { code: "EPERM" });
    const link = vi.spyOn(fileSystem, "link").mockRejectedValue(refusal);
    syncBuiltinESMExports();
    try {
      expect((await ensureStateDir(workspace)).created).toContain(sessionMapPathOf(workspace));
      expect(link).toHaveBeenCalledOnce();
    } finally {
      link.mockRestore();
      syncBuiltinESMExports();
    }
    expect(JSON.parse(await readFile(sessionMapPathOf(workspace), "utf8"))).toEqual({
      version: 1,
      sessions: [],
    });
    expect(await modeOf(sessionMapPathOf(workspace))).toBe(0o600);
    expect(await readdir(stateDirOf(workspace))).toHaveLength(2);
  });

  it("tells a missing workspace and one that is a file apart", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(ensureStateDir(join(folder, "gone"))).rejects.toMatchObject({ code: "workspace-missing" });
    await expect(ensureStateDir(file)).rejects.toMatchObject({ code: "workspace-not-a-folder" });
  });
});

describe("removeStateDir", () => {
  it("leaves the workspace as it was before", async () => {
    await ensureStateDir(workspace);
    await removeStateDir(workspace);
    expect(await readdir(workspace)).toEqual([]);
  });

  it("keeps what else is in .openclaw", async () => {
    await ensureStateDir(workspace);
    await writeFile(join(workspace, ".openclaw/workspace-state.json"), "{}");
    await removeStateDir(workspace);
    expect(await everythingIn(workspace)).toEqual([".openclaw", ".openclaw/workspace-state.json"]);
  });

  it("has nothing to do without a state folder or without a workspace", async () => {
    await removeStateDir(workspace);
    await removeStateDir(join(folder, "gone"));
    expect(await readdir(workspace)).toEqual([]);
  });

  it("removes a symlink that somebody put into the state folder, and not what it names", async () => {
    await ensureStateDir(workspace);
    await placeFile(join(folder, "elsewhere/precious"));
    await symlink(join(folder, "elsewhere"), join(stateDirOf(workspace), "link"));
    await removeStateDir(workspace);
    expect(await readdir(join(folder, "elsewhere"))).toEqual(["precious"]);
  });

  it.each(ODDITIES)("removes nothing when %s", async (_, arrange) => {
    await arrange();
    const before = await everythingIn(folder);
    await expect(removeStateDir(workspace)).rejects.toMatchObject({ code: "state-unusable" });
    expect(await everythingIn(folder)).toEqual(before);
  });
});
