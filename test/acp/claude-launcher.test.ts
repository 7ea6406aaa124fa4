import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADAPTER_PACKAGES } from "../../src/acp/adapter-packages.ts";
import { claudeLauncherEnvironment } from "../../src/acp/claude-launcher.ts";

let folder: string;
let claude: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "launcher-"));
  claude = join(folder, "claude");
  await writeFile(claude, '#!/bin/sh\necho "claude was given $#:"; printf "[%s]" "$@"\n');
  await chmod(claude, 0o700);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function launched(args: string[]): Promise<string> {
  const env = await claudeLauncherEnvironment({ folder, program: "/nowhere/index.js", executable: claude });
  const { stdout } = await execa(env["CLAUDE_CODE_EXECUTABLE"] ?? "", args, { env });
  return stdout;
}

describe("the launcher of Claude Code", () => {
  it.each([[["auth", "status", "--json"]], [["--settings", '{"a":"b c"}', "auth", "status", "--json"]]])(
    "answers the adapter's question about the login without Claude Code",
    async (args) => {
      expect(JSON.parse(await launched(args))).toEqual({ loggedIn: false, apiProvider: "not asked" });
    },
  );

  it.each([
    [["auth", "logout"]],
    [["--print", "auth status --json"]],
    [["--append-system-prompt", "x y", "--", "--model", "opus", "--input-format", "stream-json"]],
    [["a", "b", "c", "auth", "status", "--json"]],
    [[""]],
  ])("hands %j to Claude Code as it is", async (args) => {
    const given = args.map((argument) => `[${argument}]`).join("");
    expect(await launched(args)).toBe(`claude was given ${args.length}:\n${given}`);
  });

  it("is written once, for its owner alone, and anew when somebody has changed it", async () => {
    const request = { folder, program: "/nowhere/index.js", executable: claude };
    const { CLAUDE_CODE_EXECUTABLE: path = "" } = await claudeLauncherEnvironment(request);
    const { ino, mode } = await stat(path);
    expect(mode & 0o777).toBe(0o700);
    await claudeLauncherEnvironment(request);
    expect((await stat(path)).ino).toBe(ino);
    const content = await readFile(path, "utf8");
    await writeFile(path, "exit 1");
    await claudeLauncherEnvironment(request);
    expect(await readFile(path, "utf8")).toBe(content);
  });

  it("starts the adapter's own Claude Code when no other was named", async () => {
    const program = join(process.cwd(), ADAPTER_PACKAGES["claude-agent-acp"].program);
    const { CONTRACTOR_AGENT_CLAUDE: own = "" } = await claudeLauncherEnvironment({
      ...{ folder, program, executable: undefined },
    });
    expect(own).toMatch(/claude-agent-sdk-[a-z0-9-]+\/claude$/);
    expect((await stat(own)).isFile()).toBe(true);
  });

  it.each([undefined, "/opt/claude/cli.js", "/opt/claude/cli.mjs"])(
    "is not there when it could not start %s",
    async (executable) => {
      const request = { folder, program: "/nowhere/index.js", executable };
      expect(await claudeLauncherEnvironment(request)).toEqual({});
    },
  );
});
