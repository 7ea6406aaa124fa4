import { execa } from "execa";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { compileCacheArguments } from "../../src/acp/compile-cache.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "compile \"cache' "));
});

afterEach(() => rm(folder, { recursive: true }));

it("is filled while the program runs, and is no affair of the programs that it runs", async () => {
  const program = join(folder, "program.mjs");
  await writeFile(
    program,
    `import { constants, getCompileCacheDir } from "node:module";
     console.log(getCompileCacheDir());
     console.log(process.env.NODE_COMPILE_CACHE);
     setTimeout(() => {}, 6_000);`,
  );
  const { stdout } = await execa(process.execPath, [...compileCacheArguments(folder), program]);
  const [used, inherited] = stdout.split("\n");
  expect(used).toContain(join(folder, "compile-cache"));
  expect(inherited).toBe("undefined");
  expect(await readdir(used ?? "")).not.toEqual([]);
});
