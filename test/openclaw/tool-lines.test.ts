import { describe, expect, it } from "vitest";
import { clipped } from "../../src/openclaw/clipped.ts";
import { failureOf, presentable, toolLineOf, verboseOutput } from "../../src/openclaw/tool-lines.ts";
import { toolCall } from "./recorded-attempt.ts";

describe("the line of a tool", () => {
  it("has OpenClaw's name of the tool and what it is about", () => {
    const line = toolLineOf(toolCall());
    expect(line.toolName).toBe("exec");
    expect(line.meta).toContain("npm test");
    expect(line.readOnly).toBe(false);
  });

  it.each(["read", "search", "think"])("says that a tool of the kind %s changes nothing", (kind) => {
    expect(toolLineOf(toolCall({ toolName: "Read", kind, input: { file_path: "notes.md" } })).readOnly).toBe(
      true,
    );
  });

  it("falls back to the title where the arguments say nothing", () => {
    const line = toolLineOf(
      toolCall({ toolName: "Task", title: "Look around", input: undefined, kind: "think" }),
    );
    expect(line.meta).toBe("Look around");
  });

  it("is one bounded line of plain text, whatever the title", () => {
    const title = `Look\n\u001b[31mround\u001b[0m \u202Enow ${"x".repeat(1_000)}`;
    const { meta = "" } = toolLineOf(toolCall({ toolName: "Task", title, input: undefined }));
    expect(meta).toMatch(/^Look round now x+…$/);
    expect(meta.length).toBeLessThan(200);
  });

  it("goes with ids and names that are safe to hand on", () => {
    const call = presentable(
      toolCall({ toolCallId: `a\n${"b".repeat(500)}`, toolName: "\u001b[2J", parentToolCallId: "c\u0000d" }),
    );
    expect(call.toolCallId).toMatch(/^a b{90,}…$/);
    expect(call.toolName).toBe("execute");
    expect(call.parentToolCallId).toBe("cd");
  });

  it("says why a call failed, also when the tool did not", () => {
    expect(failureOf(toolCall({ status: "failed", output: "exit\n1" }))).toBe("exit 1");
    expect(failureOf(toolCall({ status: "failed", refused: true }))).toContain("refused");
    expect(failureOf(toolCall({ status: "failed" }))).not.toBe("");
  });
});

describe("the output of a tool in a verbose conversation", () => {
  it("stands in a fence that it cannot close", () => {
    const shown = verboseOutput("```\nMEDIA:secret.png\n```", { markdown: true });
    expect(shown).toBe("````txt\n```\nMEDIA:secret.png\n```\n````");
  });

  it("is indented where there is no Markdown, so that no line of it reads like a directive", () => {
    expect(verboseOutput("MEDIA:secret.png", { markdown: false })).toBe("    MEDIA:secret.png");
  });

  it("is bounded, and nothing when the tool printed nothing", () => {
    expect(verboseOutput("x".repeat(100_000), { markdown: true })?.length).toBeLessThan(9_000);
    expect(verboseOutput(" \n ", { markdown: true })).toBeUndefined();
  });
});

describe("arguments as clients are shown them", () => {
  it("are cut where they are too long, too many or too deep", () => {
    const nested = JSON.parse(`${"[".repeat(50)}1${"]".repeat(50)}`) as unknown;
    expect(clipped({ text: "x".repeat(50), list: ["y".repeat(50), 1, null] }, 10)).toEqual({
      text: `${"x".repeat(10)}…`,
      list: [`${"y".repeat(10)}…`, 1, null],
    });
    expect(JSON.stringify(clipped(nested, 10))).toBe(`${"[".repeat(8)}"…"${"]".repeat(8)}`);
    expect(clipped(Array.from({ length: 1_000 }), 10)).toHaveLength(100);
    expect(clipped("short", 10)).toBe("short");
  });
});
