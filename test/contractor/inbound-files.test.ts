import { execFile } from "node:child_process";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepInboundFiles, type KeptFile } from "../../src/contractor/inbound-files.ts";

let workspace: string;
let outside: string;

beforeEach(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), "inbox-")));
  outside = await realpath(await mkdtemp(join(tmpdir(), "sent-")));
});

afterEach(async () => {
  await rm(workspace, { recursive: true, force: true });
  await rm(outside, { recursive: true, force: true });
});

function inbox(): string {
  return join(workspace, ".openclaw", "contractor-agent", "inbox");
}

async function sent(name: string, content = name): Promise<string> {
  const path = join(outside, name);
  await writeFile(path, content);
  return path;
}

function keep(path: string, name = "a.txt"): Promise<KeptFile[]> {
  return keepInboundFiles([{ name, source: { path } }], { workspace });
}

function pathOf(kept: KeptFile | undefined): string {
  return kept !== undefined && "path" in kept ? kept.path : "";
}

describe("keepInboundFiles", () => {
  it("copies a file for this user alone, into a folder of the message's own", async () => {
    const [first] = await keep(await sent("a.txt"));
    const [second] = await keep(await sent("b.txt"));
    expect(await readFile(pathOf(first), "utf8")).toBe("a.txt");
    expect(await readFile(pathOf(second), "utf8")).toBe("b.txt");
    expect((await stat(pathOf(first))).mode & 0o777).toBe(0o600);
    expect((await stat(join(pathOf(first), ".."))).mode & 0o777).toBe(0o700);
    expect(await readdir(inbox())).toHaveLength(2);
  });

  it("takes bytes, and an empty file", async () => {
    const [bytes, empty] = await keepInboundFiles(
      [
        { name: "a.bin", source: { data: new Uint8Array([1, 2]) } },
        { name: "b.bin", source: { path: await sent("empty", "") } },
      ],
      { workspace },
    );
    expect([...(await readFile(pathOf(bytes)))]).toEqual([1, 2]);
    expect(await readFile(pathOf(empty))).toHaveLength(0);
  });

  it("gives files of one name a name each", async () => {
    const source = { path: await sent("a.txt") };
    const kept = await keepInboundFiles(
      ["a.txt", "A.TXT", "a.txt"].map((name) => ({ name, source })),
      { workspace },
    );
    expect(kept.map(({ name }) => name)).toEqual(["a.txt", "A-2.TXT", "a-3.txt"]);
  });

  it("takes no link, folder, pipe or missing file", async () => {
    const target = await sent("secret");
    await symlink(target, join(outside, "link"));
    await promisify(execFile)("mkfifo", [join(outside, "pipe")]);
    expect(await keep(join(outside, "link"))).toEqual([
      { name: "a.txt", problem: "it cannot be read or copied (ELOOP)" },
    ]);
    expect(await keep(outside)).toEqual([{ name: "a.txt", problem: "it is not a regular file" }]);
    expect(await keep(join(outside, "pipe"))).toEqual([
      { name: "a.txt", problem: "it is not a regular file" },
    ]);
    expect(await keep(join(outside, "gone"))).toEqual([
      { name: "a.txt", problem: "it cannot be read or copied (ENOENT)" },
    ]);
  });

  it("takes no file larger than 50 MB, and not more than 20", async () => {
    const big = await sent("big");
    await truncate(big, 50 * 1024 * 1024 + 1);
    expect(await keep(big)).toEqual([{ name: "a.txt", problem: "it is larger than 50 MB" }]);
    const source = { path: await sent("a.txt") };
    const many = await keepInboundFiles(
      Array.from({ length: 21 }, () => ({ name: "a", source })),
      { workspace },
    );
    expect(many.at(-1)).toEqual({ name: "a-21", problem: "only 20 files of one message are taken" });
    expect(many.filter((file) => "path" in file)).toHaveLength(20);
  });

  it("says what is wrong with the workspace, and does not fail", async () => {
    await mkdir(join(workspace, ".openclaw", "contractor-agent"), { recursive: true });
    await symlink(outside, inbox());
    expect(await keep(await sent("a.txt"))).toEqual([
      { name: "a.txt", problem: expect.stringContaining("symbolic link") as string },
    ]);
    expect(await readdir(outside)).toEqual(["a.txt"]);
  });

  it("removes what is old or too much, and nothing that it did not make", async () => {
    const at = (day: string): Date => new Date(`${day}T12:00:00.000Z`);
    const source = { path: await sent("a.txt") };
    const keepAt = (now: Date): Promise<KeptFile[]> =>
      keepInboundFiles([{ name: "a.txt", source }], { workspace, now });
    await keepAt(at("2026-11-01"));
    await mkdir(join(inbox(), "a-persons-own"));
    await keepAt(at("2026-11-15"));
    expect(await readdir(inbox())).toHaveLength(3);
    await keepAt(at("2026-11-16"));
    const left = await readdir(inbox());
    expect(left).toHaveLength(3);
    expect(left.filter((name) => name.startsWith("2026-11-01"))).toEqual([]);
    for (let index = 0; index < 100; index += 1) await keepAt(at("2026-11-17"));
    expect(await readdir(inbox())).toHaveLength(101);
  });
});
