import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeSettingsFile } from "../../src/acp/settings-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settings-file-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("shares one file, which nobody else may read, among settings that say the same", async () => {
  const [path, again, other] = await Promise.all([
    writeSettingsFile(folder, { model: "opus" }),
    writeSettingsFile(folder, { model: "opus" }),
    writeSettingsFile(folder, { model: "haiku" }),
  ]);
  expect(again).toBe(path);
  expect(JSON.parse(await readFile(other, "utf8"))).toEqual({ model: "haiku" });
  expect(await readdir(dirname(path))).toHaveLength(2);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it("does not trust what a file says that is there", async () => {
  const path = await writeSettingsFile(folder, { model: "opus" });
  await writeFile(path, "{}");
  await writeSettingsFile(folder, { model: "opus" });
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ model: "opus" });
});

it("removes files that no start has needed for months", async () => {
  const old = await writeSettingsFile(folder, { model: "opus" });
  const long = new Date(Date.now() - 100 * 24 * 60 * 60_000);
  await utimes(old, long, long);
  const path = await writeSettingsFile(folder, { model: "haiku" });
  expect((await readdir(dirname(path))).map((name) => join(dirname(path), name))).toEqual([path]);
});
