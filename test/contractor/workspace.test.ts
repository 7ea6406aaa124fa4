import fileSystem from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { resolveWorkspace } from "../../src/contractor/workspace.ts";

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "workspace-")));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("resolveWorkspace", () => {
  it("resolves to the real path, also through a symlink", async () => {
    const folder = join(root, "app");
    await mkdir(folder);
    await symlink(folder, join(root, "alias"));
    expect(await resolveWorkspace(folder)).toBe(folder);
    expect(await resolveWorkspace(join(root, "alias"))).toBe(folder);
  });

  it.each([
    ["gone", "workspace-missing"],
    ["dangling", "workspace-missing"],
    ["file", "workspace-not-a-folder"],
    ["file/below", "workspace-missing"],
  ])("refuses %s as %s", async (name, code) => {
    await writeFile(join(root, "file"), "");
    await symlink(join(root, "nowhere"), join(root, "dangling"));
    await expect(resolveWorkspace(join(root, name))).rejects.toMatchObject({ code });
  });

  it("names both ends of a symbolic link whose folder is gone", async () => {
    await symlink("moved", join(root, "link"));
    await symlink(join(root, "gone"), join(root, "moved"));
    await expect(resolveWorkspace(join(root, "link"))).rejects.toMatchObject({
      code: "workspace-missing",
      message: `The workspace ${root}/link is a symbolic link to ${root}/gone, which does not exist.`,
    });
  });

  it("is not caught by links that lead round in a circle", async () => {
    await symlink("b", join(root, "a"));
    await symlink("a", join(root, "b"));
    await expect(resolveWorkspace(join(root, "a"))).rejects.toMatchObject({
      code: "workspace-missing",
      message: `The workspace ${root}/a does not exist.`,
    });
  });

  it("refuses a folder that may not be written", async () => {
    // Root may write everywhere, so the answer of the system is played.
    const refusal = Object.assign(new Error("permission denied"), { code: "EACCES" });
    const access = vi.spyOn(fileSystem, "accessSync").mockImplementation(() => {
      throw refusal;
    });
    syncBuiltinESMExports();
    try {
      await expect(resolveWorkspace(root)).rejects.toMatchObject({ code: "workspace-not-writable" });
    } finally {
      access.mockRestore();
      syncBuiltinESMExports();
    }
  });
});
