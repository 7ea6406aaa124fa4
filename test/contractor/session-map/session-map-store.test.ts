import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFileSessionMapStore } from "../../../src/contractor/session-map/file-session-map-store.ts";
import { createMemorySessionMapStore } from "../../../src/contractor/session-map/memory-session-map-store.ts";
import {
  describeSessionMapStore,
  install,
  keyOf,
  NOW,
  sampleEntry,
} from "../../suites/session-map-store-conformance.ts";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "session-map-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const now = (): Date => NOW;

describeSessionMapStore("the memory store", () => createMemorySessionMapStore({ now }));

describeSessionMapStore("the file store of a file", async () =>
  createFileSessionMapStore({ path: join(await temporaryFolder(), "session-map.json"), now }),
);

describeSessionMapStore("the file store with a journal", async () =>
  createFileSessionMapStore({
    path: join(await temporaryFolder(), "session-map.json"),
    wholeBelowBytes: 0,
    now,
  }),
);

describeSessionMapStore("the file store of a workspace", async () =>
  createFileSessionMapStore({ workspace: await temporaryFolder(), now }),
);

describe("the file store, where its file may be", () => {
  it("follows no symlink in the place of the file", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "session-map.json");
    const elsewhere = join(folder, "elsewhere.json");
    await writeFile(elsewhere, "{}");
    await symlink(elsewhere, path);
    const store = createFileSessionMapStore({ path });
    await expect(store.list()).rejects.toMatchObject({ code: "state-unusable" });
    await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readFile(elsewhere, "utf8")).toBe("{}");
  });

  it("follows no symlink in the place of the state folder of a workspace", async () => {
    const folder = await temporaryFolder();
    const workspace = join(folder, "workspace");
    await mkdir(join(workspace, ".openclaw"), { recursive: true });
    await mkdir(join(folder, "elsewhere"));
    await symlink(join(folder, "elsewhere"), join(workspace, ".openclaw/contractor-agent"));
    const store = createFileSessionMapStore({ workspace });
    await expect(store.list()).rejects.toMatchObject({ code: "state-unusable" });
    await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "state-unusable" });
    expect(await readdir(join(folder, "elsewhere"))).toEqual([]);
  });

  it("makes no state folder in a workspace for a change that has nothing to change", async () => {
    const folder = await temporaryFolder();
    const store = createFileSessionMapStore({ workspace: folder });
    expect(await store.close(keyOf(sampleEntry()), "reset")).toBeNull();
    expect(await store.removeAgent("dev")).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it("says that the workspace is missing instead of taking its map for empty", async () => {
    const folder = await temporaryFolder();
    const store = createFileSessionMapStore({ workspace: join(folder, "gone") });
    await expect(store.get(keyOf(sampleEntry()))).rejects.toMatchObject({ code: "workspace-missing" });
    await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "workspace-missing" });
  });

  it("fails at once when the folder of the file is missing", async () => {
    const folder = await temporaryFolder();
    const store = createFileSessionMapStore({ path: join(folder, "missing/session-map.json") });
    await expect(install(store, sampleEntry())).rejects.toMatchObject({ code: "state-unusable" });
  });
});
