import { describe, expect, it } from "vitest";
import { hostToolCall, hostToolName, rewrittenInput } from "../../src/openclaw/native-tools.ts";

type Input = Record<string, unknown>;

const EDIT = { file_path: "/a", old_string: "x", new_string: "y", replace_all: false };
const MULTI = { file_path: "/a", edits: [{ old_string: "x", new_string: "y", replace_all: true }] };

describe("hostToolName", () => {
  it.each([
    ["Bash", "exec"],
    ["Read", "read"],
    ["Write", "write"],
    ["Edit", "edit"],
    ["MultiEdit", "edit"],
    ["NotebookEdit", "edit"],
    ["WebFetch", "web_fetch"],
    ["WebSearch", "web_search"],
    ["Task", "sessions_spawn"],
    ["Agent", "sessions_spawn"],
    ["Grep", "grep"],
    ["Glob", "glob"],
    ["TodoWrite", "todo_write"],
    ["BashOutput", "bash_output"],
    ["LSP", "lsp"],
    ["mcp__Linear__createIssue", "mcp__Linear__createIssue"],
    ["constructor", "constructor"],
    ["", ""],
  ])("is for Claude Code's %s OpenClaw's %s", (claude, host) => {
    expect(hostToolName(claude)).toBe(host);
  });
});

describe("hostToolCall", () => {
  it.each<[string, unknown, unknown]>([
    ["Bash", { command: "ls", timeout: 5 }, { command: "ls", timeout: 5 }],
    ["Read", { file_path: "/a" }, { file_path: "/a", path: "/a" }],
    ["Write", { file_path: "/a", content: "x" }, { file_path: "/a", path: "/a", content: "x" }],
    ["NotebookEdit", { notebook_path: "/n" }, { notebook_path: "/n", path: "/n" }],
    ["Edit", EDIT, { ...EDIT, path: "/a", edits: [{ oldText: "x", newText: "y" }] }],
    ["MultiEdit", MULTI, { file_path: "/a", path: "/a", edits: [{ oldText: "x", newText: "y" }] }],
    ["Grep", { pattern: "x" }, { pattern: "x" }],
    ["mcp__a__b", { path: 7 }, { path: 7 }],
    ["Read", { file_path: 7 }, { file_path: 7 }],
    ["Read", null, null],
    ["Read", "text", "text"],
  ])("says %s %j as OpenClaw's own tool would", (toolName, input, params) => {
    expect(hostToolCall({ toolName, input }).params).toEqual(params);
  });
});

describe("rewrittenInput", () => {
  const rewrite = (toolName: string, input: Input, change: Input): Input | null | undefined =>
    rewrittenInput(
      { toolName, input },
      { ...(hostToolCall({ toolName, input }).params as Input), ...change },
    );

  it.each<[string, Input]>([
    ["Bash", { command: "ls" }],
    ["Edit", EDIT],
    ["MultiEdit", MULTI],
    ["mcp__a__b", { path: "/a" }],
  ])("is undefined when nobody rewrote a call of %s", (toolName, input) => {
    expect(rewrite(toolName, input, {})).toBeUndefined();
  });

  it.each<[string, string, Input, Input, Input]>([
    ["a command", "Bash", { command: "ls" }, { command: "ls -l" }, { command: "ls -l" }],
    ["a path", "Read", { file_path: "/a" }, { path: "/b" }, { file_path: "/b" }],
    ["a path as Claude says it", "Read", { file_path: "/a" }, { file_path: "/b" }, { file_path: "/b" }],
    [
      "both alike",
      "Write",
      { file_path: "/a", content: "" },
      { path: "/b", file_path: "/b" },
      { file_path: "/b", content: "" },
    ],
    ["a notebook", "NotebookEdit", { notebook_path: "/a" }, { path: "/b" }, { notebook_path: "/b" }],
    ["an edit", "Edit", EDIT, { edits: [{ oldText: "x", newText: "z" }] }, { ...EDIT, new_string: "z" }],
    [
      "one of several edits",
      "MultiEdit",
      MULTI,
      { edits: [{ oldText: "x", newText: "z" }] },
      { ...MULTI, edits: [{ old_string: "x", new_string: "z", replace_all: true }] },
    ],
    ["a tool of a server's", "mcp__a__b", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ["a tool with a name of its own", "Grep", { pattern: "x" }, { path: "/a" }, { pattern: "x", path: "/a" }],
  ])("gives Claude Code what OpenClaw wants: %s", (_, toolName, input, change, expected) => {
    expect(rewrite(toolName, input, change)).toEqual(expected);
  });

  it.each<[string, string, Input, Input]>([
    ["a field that Claude's tool lacks", "Bash", { command: "ls" }, { workdir: "/b" }],
    ["a time-out in other units", "Bash", { command: "ls", timeout: 60_000 }, { timeout: 5 }],
    ["two paths", "Read", { file_path: "/a" }, { path: "/b", file_path: "/c" }],
    ["a path that is none", "Read", { file_path: "/a" }, { path: 7 }],
    [
      "more edits than one",
      "Edit",
      EDIT,
      {
        edits: [
          { oldText: "x", newText: "y" },
          { oldText: "a", newText: "b" },
        ],
      },
    ],
    ["no edit", "Edit", EDIT, { edits: [] }],
    ["an edit with something new", "Edit", EDIT, { edits: [{ oldText: "x", newText: "y", all: true }] }],
    ["an edit that is none", "MultiEdit", MULTI, { edits: ["x"] }],
  ])("is null for what Claude Code's tool cannot express: %s", (_, toolName, input, change) => {
    expect(rewrite(toolName, input, change)).toBeNull();
  });

  it.each([undefined, null, "text", []])("is null when the rewritten call is %j", (params) => {
    expect(rewrittenInput({ toolName: "Bash", input: { command: "ls" } }, params)).toBeNull();
  });
});
