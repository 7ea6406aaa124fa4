import { execa } from "execa";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shellLineOf, shellWord, terminalCommandOf } from "../../src/contractor/terminal-command.ts";

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "terminal-")));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const WORDS = [
  "plain",
  "it's",
  "$HOME `id` \\",
  "a b;c&&d",
  "line\nbreak\t'\\",
  "ключ 🦞 \u0085",
  "-n",
  "~",
  "",
];

describe("shellWord", () => {
  it.each(WORDS)("makes %j one word of a shell", async (word) => {
    const { stdout } = await execa("bash", ["-c", `printf '[%s]' ${shellWord(word)}`], {
      env: { LC_ALL: "C.UTF-8" },
    });
    expect(stdout).toBe(`[${word}]`);
    expect(shellWord(word)).not.toMatch(/\p{Cc}/u);
  });
});

describe("shellLineOf", () => {
  it("leads into the workspace, whatever it is called", async () => {
    const cwd = join(home, "it's a $folder\nof two lines");
    await mkdir(cwd);
    const line = shellLineOf(terminalCommandOf({ cwd, claudeSessionId: "0199-a" }));
    const { stdout } = await execa("bash", ["-c", `claude() { pwd; echo "$@"; }; ${line}`]);
    expect(stdout).toBe(`${cwd}\n--resume 0199-a`);
  });
});
