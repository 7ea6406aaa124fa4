import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { registerRecordCommands } from "../../../src/cli/records/register-records.ts";
import { createFileTurnLog } from "../../../src/contractor/turn-log/file-turn-log.ts";
import { turnLogFolderOf } from "../../../src/contractor/turn-log/turn-log-files.ts";
import { sampleTurn } from "../../contractor/turn-log/turn-entries.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "fixtures", "contractor-cli.ts");

/** What a command is called with. */
async function optionsOf(...words: string[]): Promise<unknown> {
  const root = new Command().exitOverride().configureOutput({ outputError: () => undefined });
  let given: unknown;
  registerRecordCommands(root, (options) => {
    given = options;
    return Promise.resolve();
  });
  await root.parseAsync(words, { from: "user" });
  return given;
}

describe("the options of logs", () => {
  it("have the latest fifty turns as a default", async () => {
    expect(await optionsOf("logs")).toMatchObject({ lines: 50 });
  });

  it.each([
    ["45s", { ago: 45_000 }],
    ["30m", { ago: 1_800_000 }],
    ["1.5h", { ago: 5_400_000 }],
    ["2d", { ago: 172_800_000 }],
    ["2026-01-01T10:00:00Z", { at: Date.UTC(2026, 0, 1, 10) }],
  ])("take %s as a time", async (words, since) => {
    expect(await optionsOf("logs", "--since", words)).toMatchObject({ since });
  });

  it.each([
    ["--since", "soon"],
    ["--since", "1y"],
    ["-n", "many"],
    ["-n", "-1"],
    ["-n", "1000000"],
  ])("do not take %s %s", async (option, value) => {
    await expect(optionsOf("logs", option, value)).rejects.toMatchObject({
      code: "commander.invalidArgument",
    });
  });
});

describe("the options of export", () => {
  it("redact, and print JSON lines, unless something else is asked for", async () => {
    const conversation = ["--agent-id", "dev", "--session-key", "main"];
    expect(await optionsOf("export", ...conversation)).toMatchObject({ redact: true, format: "jsonl" });
    const other = ["--no-redact", "--format", "markdown", "-o", "out.md", "--force"];
    expect(await optionsOf("export", ...conversation, ...other)).toMatchObject({
      ...{ redact: false, format: "markdown", output: "out.md", force: true },
    });
  });
});

describe("logs --follow as a program", () => {
  it("prints a line of JSON for each turn that comes, and ends well at Ctrl-C", async () => {
    const home = await realpath(await mkdtemp(join(tmpdir(), "cli-follow-")));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const folder = turnLogFolderOf(join(home, "state"));
    const log = createFileTurnLog({ folder, log: () => undefined });
    log.append(sampleTurn({ agentId: "first" }));
    await log.flush();
    const words = ["contractor-agents", "logs", "--follow", "--json"];
    const program = execa(process.execPath, [PROGRAM, home, ...words], { timeout: 20_000 });
    const agents: string[] = [];
    for await (const line of program.iterable()) {
      agents.push((JSON.parse(line) as { agentId: string }).agentId);
      if (agents.length === 2) program.kill("SIGINT");
      else log.append(sampleTurn({ agentId: "second" }));
    }
    expect(agents).toEqual(["first", "second"]);
    expect(await program).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
