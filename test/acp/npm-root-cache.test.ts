import { execa } from "execa";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { npmRootCacheArguments } from "../../src/acp/npm-root-cache.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "npm \"root' "));
  const npm = `#!/bin/sh\necho "$@" >> "${folder.replaceAll('"', '\\"')}/asked"\necho /global/of/"$npm_config_prefix"\n`;
  await writeFile(join(folder, "npm"), npm);
  await chmod(join(folder, "npm"), 0o755);
  await writeFile(
    join(folder, "program.mjs"),
    `import { execSync } from "node:child_process";
     const ask = (command) => execSync(command, { encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] }).trim();
     console.log(ask("npm root -g"), ask("npm root"));`,
  );
});

afterEach(() => rm(folder, { recursive: true }));

async function answer(prefix = "lib", path = `${folder}:/usr/bin:/bin`): Promise<string> {
  const { stdout } = await execa(
    process.execPath,
    [...npmRootCacheArguments(folder), join(folder, "program.mjs")],
    { env: { PATH: path, npm_config_prefix: prefix }, extendEnv: false },
  );
  return stdout;
}

const asked = async (): Promise<string[]> =>
  (await readFile(join(folder, "asked"), "utf8")).trim().split("\n");

it("answers in npm's place once npm has, and nothing else that npm is asked", async () => {
  expect([await answer(), await answer()]).toEqual(Array(2).fill("/global/of/lib /global/of/lib"));
  expect(await asked()).toEqual(["root -g", "root", "root"]);
});

it("asks npm again where another one or another setting could answer, and after a day", async () => {
  await answer();
  expect(await answer("opt")).toContain("/global/of/opt");
  await answer("opt", `${folder}:/bin:/usr/bin`);
  const kept = join(folder, "npm-root.json");
  const content = JSON.parse(await readFile(kept, "utf8")) as { at: number };
  await writeFile(kept, JSON.stringify({ ...content, at: content.at - 86_400_001 }));
  await answer("opt", `${folder}:/bin:/usr/bin`);
  expect((await asked()).filter((words) => words === "root -g")).toHaveLength(4);
});

it("fails as npm fails, and keeps nothing of it", async () => {
  await writeFile(join(folder, "npm"), "#!/bin/sh\nexit 1\n");
  await expect(answer()).rejects.toThrow("Command failed: npm root -g");
  await expect(readFile(join(folder, "npm-root.json"))).rejects.toMatchObject({ code: "ENOENT" });
});
