import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportConversation, type ExportOptions } from "../../../src/cli/records/export.ts";
import type { ConversationMessage } from "../../../src/contractor/conversation/conversation-message.ts";
import { answered, AT, gave, said, text, used } from "../../contractor/conversation/transcript-lines.ts";
import { sampleEntry } from "../../suites/session-map-store-conformance.ts";
import { addTo, install, writeTranscript } from "../contractors.ts";
import { createHostStandIn, type HostStandIn } from "../host-stand-in.ts";

let home: string;
let host: HostStandIn;
let workspace: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-export-")));
  host = await createHostStandIn(home);
  workspace = await addTo({ host, home }, "dev");
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const output = (): string => join(home, "out.txt");

async function exported(options: Partial<ExportOptions> = {}): Promise<string> {
  await run(options);
  return readFile(options.output ?? output(), "utf8");
}

async function run(options: Partial<ExportOptions> = {}): Promise<unknown> {
  const given: ExportOptions = {
    ...{ agentId: "dev", sessionKey: "main", format: "jsonl", output: output(), redact: true },
    ...options,
  };
  return (await exportConversation(await host.context(), given))?.data;
}

function messagesIn(jsonl: string): ConversationMessage[] {
  return jsonl
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ConversationMessage);
}

async function converse(claudeSessionId: string, ...lines: string[]): Promise<void> {
  await writeTranscript(home, { claudeSessionId, workspace }, { lines });
}

const LINES = [
  said("my key is sk-abc-123"),
  answered("m1", used("t1", "Bash", { command: "cat ~/x\n# two", password: "hunter2" })),
  said([gave("t1", "nothing", true)]),
  answered("m1", text("I will **keep** it.")),
];

describe("export", () => {
  it("is a line of JSON a message, redacted, in a file that only its owner reads", async () => {
    await install(workspace, sampleEntry({ workspace }));
    await converse("claude-1", ...LINES);
    expect(await run()).toEqual({
      path: output(),
      format: "jsonl",
      source: "claude",
      messages: 2,
      redacted: true,
    });
    expect(messagesIn(await readFile(output(), "utf8"))).toEqual([
      { role: "user", content: "my key is ***", at: AT },
      {
        ...{ role: "assistant", content: "I will **keep** it.", at: AT, model: "claude-test" },
        tools: [
          {
            ...{ name: "Bash", result: "nothing", failed: true },
            input: { command: "cat ~/x\n# two", password: "***" },
          },
        ],
      },
    ]);
    expect((await stat(output())).mode & 0o777).toBe(0o600);
  });

  it("is text to read, without the session key", async () => {
    await install(workspace, sampleEntry({ workspace }));
    await converse("claude-1", ...LINES);
    expect(await exported({ format: "markdown" })).toBe(
      [
        "# A conversation with dev",
        "",
        "From Claude Code's transcript, exported 2026-01-02 00:00 UTC.",
        "Keys, tokens, passwords, e-mail addresses and home folders were replaced where they could be told.",
        "",
        "## User, 2026-01-01 10:00 UTC",
        "",
        "my key is ***",
        "",
        "## Claude, 2026-01-01 10:00 UTC",
        "",
        "I will **keep** it.",
        "",
        "- _Bash_ `cat ~/x # two` (failed)",
        "",
        "",
      ].join("\n"),
    );
  });

  it("has everything when it is asked to", async () => {
    await install(workspace, sampleEntry({ workspace }));
    await converse("claude-1", ...LINES);
    expect(await exported({ redact: false })).toContain("sk-abc-123");
  });

  it("has the sessions that the conversation went on in, and none from before a reset", async () => {
    const entry = (claudeSessionId: string) => sampleEntry({ workspace, claudeSessionId, historyFrom: AT });
    await install(workspace, sampleEntry({ workspace, claudeSessionId: "claude-0" }));
    await install(workspace, entry("claude-1"), "reset");
    await install(workspace, entry("claude-2"), "rotated");
    await converse("claude-0", said("before the reset"));
    await converse("claude-1", said("one", { timestamp: "2026-01-01T10:00:00.000Z" }));
    await converse("claude-2", said("two", { timestamp: "2026-01-01T10:05:00.000Z" }));
    expect(messagesIn(await exported()).map(({ content }) => content)).toEqual(["one", "two"]);
  });

  it("is OpenClaw's record where Claude's is gone", async () => {
    await install(workspace, sampleEntry({ workspace }));
    host.history.push({ role: "user", content: "from OpenClaw", at: AT });
    expect(await run()).toMatchObject({ source: "openclaw", messages: 1 });
  });

  it("says that there is no such conversation, and writes nothing", async () => {
    await expect(run()).rejects.toMatchObject({ code: "session-unknown" });
    await expect(run({ agentId: "nobody" })).rejects.toMatchObject({ code: "contractor-unknown" });
    expect(await readdir(home)).not.toContain("out.txt");
  });

  it("leaves a file alone that is there, unless it is told to replace it", async () => {
    await install(workspace, sampleEntry({ workspace }));
    await converse("claude-1", ...LINES);
    await writeFile(output(), "mine");
    await expect(run()).rejects.toMatchObject({ code: "output-exists" });
    expect(await readFile(output(), "utf8")).toBe("mine");
    expect(await exported({ force: true })).toContain('"role":"user"');
  });

  it("says why it cannot write, and leaves nothing behind", async () => {
    await install(workspace, sampleEntry({ workspace }));
    await converse("claude-1", ...LINES);
    await expect(run({ output: join(home, "no", "folder.txt") })).rejects.toMatchObject({
      code: "output-unwritable",
    });
    await run();
    expect((await readdir(home)).filter((name) => name.startsWith("out.txt"))).toEqual(["out.txt"]);
  });

  it("needs a file with --json", async () => {
    const options = {
      agentId: "dev",
      sessionKey: "main",
      format: "jsonl",
      redact: true,
      json: true,
    } as const;
    await expect(exportConversation(await host.context(), options)).rejects.toMatchObject({ code: "usage" });
  });
});
