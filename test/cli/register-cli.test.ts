import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerCli } from "../../src/cli/register-cli.ts";

const PROGRAM = join(import.meta.dirname, "..", "fixtures", "contractor-cli.ts");

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-program-")));
  await mkdir(join(home, "app"));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

type Run = { status: number | undefined; stdout: string; stderr: string };

async function run(...words: string[]): Promise<Run> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [PROGRAM, home, "contractor-agents", ...words],
    { reject: false, timeout: 12_000, env: { NO_COLOR: "1" } },
  );
  return { status: exitCode, stdout, stderr };
}

function add(...words: string[]): Promise<Run> {
  const workspace = join(home, "app");
  return run("add", "--agent-id", "dev", "--workspace", workspace, "--contractor", "claude", ...words);
}

type Leaf = { path: string; command: Command };

/** Every command that does something, with the words that name it. */
function leavesOf(program: Command): Leaf[] {
  const below = (command: Command, path: string[]): Leaf[] =>
    command.commands.length === 0
      ? [{ path: path.join(" "), command }]
      : command.commands.flatMap((child) => below(child, [...path, child.name()]));
  return program.commands.flatMap((root) => below(root, []));
}

describe("the commands as a program", () => {
  it("print their data as JSON on stdout, and nothing else, with --json", async () => {
    const added = await add("--json");
    expect(added).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(added.stdout)).toMatchObject({
      agentId: "dev",
      adapter: "claude-agent-acp",
      endpoint: null,
      mode: "persistent",
    });
    const status = await run("status", "--json");
    expect(JSON.parse(status.stdout)).toMatchObject({ contractors: [{ agentId: "dev", problems: [] }] });
    const sessions = await run("sessions", "--json");
    expect(JSON.parse(sessions.stdout)).toEqual({ sessions: [], problems: [] });
    const removed = await run("remove", "--agent-id", "dev", "--yes", "--json");
    expect(JSON.parse(removed.stdout)).toEqual({ agentId: "dev" });
  });

  it("print lines for people without --json", async () => {
    expect(await add()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^The contractor agent "dev" is ready\.\n\n {2}workspace/) as string,
      stderr: "",
    });
    const { stdout } = await run("status");
    expect(stdout).toMatch(/^AGENT .*\ndev .*\n\nGateway: not reachable$/);
  });

  it("fail with status 1, and the error as JSON on stdout with --json", async () => {
    const failed = await run("sessions", "--agent-id", "nobody", "--json");
    expect(failed).toMatchObject({ status: 1, stderr: "" });
    expect(JSON.parse(failed.stdout)).toEqual({
      error: {
        code: "contractor-unknown",
        message: 'There is no contractor agent "nobody".',
        mend: "Run `openclaw contractor-agents status` to see the contractors.",
      },
    });
  });

  it("fail with one paragraph on stderr without --json", async () => {
    expect(await run("endpoint", "remove", "gone")).toEqual({
      status: 1,
      stdout: "",
      stderr:
        'There is no endpoint "gone". Run `openclaw contractor-agents endpoint list` to see the endpoints.',
    });
  });

  it.each([
    ["an option that is missing", ["add", "--agent-id", "dev"], "required option '--workspace"],
    ["an option that nobody knows", ["status", "--verbose"], "unknown option '--verbose'"],
    ["a value that is no choice", ["add", "--mode", "always"], "'always' is invalid"],
    ["a permission mode that nobody knows", ["add", "--permission-mode", "yolo"], "'yolo' is invalid"],
    ["a budget of nothing", ["budget", "set", "dev", "--day-usd", "0"], "number of dollars above 0"],
    ["a budget of half a token", ["budget", "set", "dev", "--turn-tokens", "1.5"], "whole number of tokens"],
    ["a silence of no minutes", ["add", "--silence-minutes", "0"], "number from 1 to 1440"],
    ["a silence that is no number", ["add", "--silence-minutes", "long"], "number from 1 to 1440"],
    ["a state that nobody knows", ["sessions", "--state", "lost"], "'lost' is invalid"],
    ["a time that is none", ["sessions", "--active-within", "soon"], "a number with s, m, h or d"],
    ["a watch without a pause", ["status", "--watch", "0"], "number of seconds from 1 to 3600"],
    ["a setting that nobody knows", ["set", "colour=red"], 'no setting "colour"'],
    ["an argument too many", ["status", "now"], "too many arguments"],
    ["an argument that is missing", ["endpoint", "remove"], "missing required argument 'name'"],
    ["a command that nobody knows", ["destroy"], "unknown command 'destroy'"],
    ["a key in the place of a variable's name", endpointAdd("sk-ant-1"), "not the key itself"],
  ])("end with status 2 for %s", async (_, words, message) => {
    const json = await run(...words, "--json");
    expect(json).toMatchObject({ status: 2, stderr: "" });
    const { error } = JSON.parse(json.stdout) as { error: { code: string; message: string; mend: string } };
    expect(error).toMatchObject({ code: "usage", mend: expect.any(String) as string });
    expect(error.message.toLowerCase()).toContain(message);
    const plain = await run(...words);
    expect(plain).toMatchObject({ status: 2, stdout: "" });
    expect(plain.stderr).toBe(`${error.message} ${error.mend}`);
  });

  function endpointAdd(variable: string): string[] {
    return ["endpoint", "add", "local", "--base-url", "http://127.0.0.1", "--api-key-env", variable];
  }

  it("print no control character of a hostile key, in text or in an error", async () => {
    await add();
    const words = ["reset-session", "--agent-id", "dev", "--session-key", "a\u001b[2J\u009b1Ab\r"];
    const { status, stderr } = await run(...words);
    expect(status).toBe(1);
    expect(stderr).toContain('for the conversation "ab"');
    expect(stderr.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    const { error } = JSON.parse((await run(...words, "--json")).stdout) as { error: { message: string } };
    expect(error.message).toContain("\u001b[2J");
  });

  it("show how to adopt a session, and what is missing when they are called without it", async () => {
    const help = await run("adopt-session", "--help");
    expect(help.stdout).toMatch(
      /Example:\n {2}openclaw contractor-agents adopt-session --agent-id dev --session-key main --claude-session-id [0-9a-f-]{36}\n?$/,
    );
    expect((await run("--help")).stdout).toContain("adopt-session");
    expect(await run("adopt-session", "--agent-id", "dev", "--session-key", "main")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("equired option '--claude-session-id <id>'") as string,
    });
  });

  it("take a permission mode and a silence limit, and show the mode", async () => {
    expect(await add("--permission-mode", "plan", "--silence-minutes", "90", "--json")).toMatchObject({
      status: 0,
    });
    const { stdout } = await run("status", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ contractors: [{ permissionMode: "plan" }] });
  });

  it("refuse a bypass that nobody has acknowledged, and say how", async () => {
    const refused = await add("--permission-mode", "bypass");
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("--acknowledge-bypass") as string,
    });
    expect(await add("--permission-mode", "bypass", "--acknowledge-bypass")).toMatchObject({ status: 0 });
  });

  it("show an example of each of them in its help, and take --json", () => {
    const program = new Command("openclaw");
    const none = (): never => {
      throw new Error("Help needs no host.");
    };
    registerCli(program, { createContext: none, createDoctorHost: none });
    const commands = leavesOf(program);
    expect(commands.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["list", "show", "set", "budget reset"]),
    );
    for (const { path, command } of commands) {
      const help: string[] = [];
      command.configureOutput({ writeOut: (text) => help.push(text) }).outputHelp();
      expect(help.join(""), path).toMatch(
        new RegExp(`\\nExamples?:\\n  openclaw contractor-agents ${path}\\b`),
      );
      expect(help.join(""), path).toContain("--json");
    }
  });

  it("go on watching without a terminal, one line of JSON a frame, until they are interrupted", async () => {
    await add();
    const words = [PROGRAM, home, "contractor-agents", "status", "--watch", "1", "--json"];
    const watching = execa(process.execPath, words, { timeout: 12_000, reject: false });
    let frames = 0;
    for await (const line of watching) {
      expect(JSON.parse(line)).toMatchObject({ contractors: [{ agentId: "dev" }] });
      frames += 1;
      if (frames === 2) watching.kill("SIGINT");
    }
    expect(frames).toBe(2);
    expect(await watching).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("show their help, with an example, and change nothing", async () => {
    const help = await run("add", "--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain("Examples:\n  openclaw contractor-agents add --agent-id dev");
  });
});
