import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import type { TurnProjection } from "../../src/bridge/turn-projection.ts";
import type { TurnOutcome } from "../../src/bridge/turn.ts";
import {
  text,
  thought,
  type ToolFacts,
  tool,
  claude,
  usage,
  project,
  projectUntil,
  begin,
} from "./projected-turn.ts";

describe("a tool", () => {
  function kinds(...updates: SessionUpdate[]): string[] {
    return project(...updates).events.map(({ type }) => type);
  }

  it.each<[string, SessionUpdate[]]>([
    ["pending, running, completed", [tool({ status: "pending" }), tool({ status: "in_progress" })]],
    ["without a status first", [tool()]],
    ["not announced at all", []],
    ["announced twice", [tool({ rawInput: {} }), tool({ rawInput: { command: "ls" } })]],
    ["completed twice", [tool(), tool({ status: "completed" })]],
    ["running again after its end", [tool({ status: "completed" }), tool({ status: "in_progress" })]],
    ["failed before", [tool({ status: "failed" }), tool({ status: "pending" })]],
  ])("starts and ends exactly once: %s", (_, updates) => {
    const seen = kinds(...updates, tool({ status: "completed" }), tool({ title: "later" }));
    expect(seen).toEqual(["tool-start", "tool-end"]);
  });

  it("gathers its facts from all of its updates", () => {
    const { events, record } = project(
      tool({ kind: "execute", title: "Terminal", status: "pending", rawInput: {} }),
      tool({ title: "ls -l", rawInput: { command: "ls -l" }, ...claude({ toolName: "Bash" }) }),
      tool({ ...claude({ toolName: "Bash", parentToolUseId: "task-1" }) }),
      tool({ status: "completed", rawOutput: "total 0", rawInput: {} }),
    );
    const call = {
      toolCallId: "call-1",
      toolName: "Bash",
      title: "ls -l",
      kind: "execute",
      input: { command: "ls -l" },
      status: "completed",
      output: "total 0",
      refused: false,
      startedAt: 1000,
      endedAt: 4000,
      parentToolCallId: "task-1",
    };
    expect(events[0]).toMatchObject({ type: "tool-start", call: { input: { command: "ls -l" } } });
    expect(events.at(-1)).toEqual({ type: "tool-end", call });
    expect(record.toolCalls).toEqual([call]);
  });

  it("that says nothing of itself is an unnamed one of the kind other", () => {
    expect(project(tool({ title: null, kind: null })).record.toolCalls[0]).toMatchObject({
      toolName: "other",
      title: "other",
      kind: "other",
    });
  });

  it.each(["__proto__", "", "\n\u001b[2J", "\ud83d"])("may have any id: %j", (toolCallId) => {
    const { events, record } = project(tool({ toolCallId }), tool({ toolCallId, status: "completed" }));
    expect(events.map(({ type }) => type)).toEqual(["tool-start", "tool-end"]);
    expect(record.toolCalls).toMatchObject([{ toolCallId, status: "completed" }]);
  });

  it("keeps its first end, and its place in the order of the starts", () => {
    const updates = [
      tool(),
      tool({ toolCallId: "call-2" }),
      tool({ status: "failed" }),
      tool({ status: "completed" }),
    ];
    const { record } = project(...updates);
    expect(record.toolCalls.map(({ toolCallId, status }) => [toolCallId, status])).toEqual([
      ["call-1", "failed"],
      ["call-2", "failed"],
    ]);
  });

  it.each<[string, (projection: TurnProjection) => void]>([
    [
      "its input comes",
      (projection) => {
        projection.apply(tool({ rawInput: { a: 1 } }));
      },
    ],
    [
      "it runs",
      (projection) => {
        projection.apply(tool({ status: "in_progress" }));
      },
    ],
    [
      "Claude says something",
      (projection) => {
        projection.apply(text("A"));
      },
    ],
    [
      "Claude thinks",
      (projection) => {
        projection.apply(thought("A"));
      },
    ],
    [
      "a plan comes",
      (projection) => {
        projection.apply({ sessionUpdate: "plan", entries: [] });
      },
    ],
    [
      "Claude Code asks whether it may",
      (projection) => {
        projection.begins({ toolCallId: "call-1", toolName: "Bash", input: {} });
      },
    ],
    [
      "some time has passed",
      (projection) => {
        projection.beat();
      },
    ],
  ])("whose input is still being written waits with its start until %s", (_, happen) => {
    const { events, projection } = begin();
    projection.apply(tool({ rawInput: {} }));
    projection.apply(usage(1, 2));
    expect(events.map(({ type }) => type)).not.toContain("tool-start");
    happen(projection);
    expect(events.filter(({ type }) => type === "tool-start")).toHaveLength(1);
  });

  it("begins with what Claude Code really runs; one that the adapter does not show is none", () => {
    const { events, projection } = begin();
    projection.apply(tool({ rawInput: {} }));
    projection.begins({ toolCallId: "call-1", toolName: "Bash", input: { command: "ls" } });
    projection.begins({ toolCallId: "hidden", toolName: "TaskCreate", input: {} });
    expect(events.at(-1)).toMatchObject({
      type: "tool-start",
      call: { toolName: "Bash", input: { command: "ls" } },
    });
    expect(projection.record.toolCalls).toHaveLength(1);
    projection.apply(tool({ status: "completed" }));
    projection.begins({ toolCallId: "call-1", toolName: "Late", input: {} });
    expect(projection.record.toolCalls[0]?.toolName).toBe("Bash");
  });

  it.each<[string, TurnOutcome["kind"], string]>([
    ["cancelled", "cancelled", "cancelled"],
    ["failed", "failed", "cancelled"],
    ["completed", "completed", "no result"],
  ])("that still runs when the turn is %s has failed", (_, kind, output) => {
    const { events, record } = projectUntil(kind, tool({ status: "in_progress" }));
    expect(events.at(-1)).toMatchObject({ type: "tool-end", call: { status: "failed", output } });
    expect(record.toolCalls[0]).toMatchObject({ status: "failed", output, refused: false, endedAt: 1000 });
  });

  it("is told of every ten seconds at most while it runs, and no more after its end", () => {
    const { events, projection, pass } = begin();
    const beats = (): unknown[] =>
      events.flatMap((event) => (event.type === "tool-progress" ? [event.elapsedMs] : []));
    projection.apply(tool({ status: "in_progress" }));
    pass(9_000);
    projection.beat();
    expect(beats()).toEqual([]);
    pass(6_000);
    projection.beat();
    projection.apply(tool({ ...claude({ toolResponse: { elapsedTimeSeconds: 15 } }) }));
    expect(beats()).toEqual([15_000]);
    pass(10_000);
    projection.apply(tool({ ...claude({ toolResponse: { elapsedTimeSeconds: 25 } }) }));
    expect(beats()).toEqual([15_000, 25_000]);
    projection.apply(tool({ status: "completed" }));
    pass(60_000);
    projection.beat();
    expect(beats()).toHaveLength(2);
    expect(projection.record.toolCalls[0]?.output).toBe("");
  });
});

describe("a tool's output", () => {
  function outputOf(...updates: Partial<ToolFacts>[]): string | undefined {
    return project(...updates.map(tool)).record.toolCalls[0]?.output;
  }

  function content(...texts: string[]): Pick<ToolFacts, "content"> {
    return { content: texts.map((words) => ({ type: "content", content: { type: "text", text: words } })) };
  }

  const over = { status: "completed" } as const;

  it.each<[string, Partial<ToolFacts>[], string]>([
    ["a string", [{ ...over, rawOutput: "out" }], "out"],
    ["blocks", [{ ...over, rawOutput: [{ type: "text", text: "a" }, { type: "image" }] }], "a\n[image]"],
    ["an object", [{ ...over, rawOutput: { a: 1 } }], '{\n  "a": 1\n}'],
    ["odd blocks", [{ ...over, rawOutput: [1, { b: 2 }] }], '1\n{"b":2}'],
    ["content in a fence", [{ ...over, ...content("```console\nout\n```") }], "out"],
    ["content without one", [{ ...over, ...content("a", "b") }], "a\nb"],
    ["a diff alone", [{ ...over, content: [{ type: "diff", path: "a", newText: "b" }] }], ""],
    ["nothing", [over], ""],
    ["the description of a command, which is none", [content("List files"), over], ""],
    ["the hook's", [claude({ toolResponse: { stdout: "out", stderr: "err" } }), over], "out\nerr"],
    ["the hook's, after the end", [over, claude({ toolResponse: "late" })], "late"],
    [
      "the hook's, after an end that told it",
      [{ ...over, rawOutput: "out" }, claude({ toolResponse: "late" })],
      "out",
    ],
    ["control characters", [{ ...over, rawOutput: "\u001b[31mred\u001b[0m\u0000\ttab" }], "red\ttab"],
    ["half a surrogate pair", [{ ...over, rawOutput: "a\ud83d" }], "a\ufffd"],
  ])("is found in %s", (_, updates, expected) => {
    expect(outputOf({}, ...updates)).toBe(expected);
  });

  it("is cut to a bounded length, and says so", () => {
    const output = outputOf({ ...over, rawOutput: "x".repeat(30_000) });
    expect(output).toHaveLength(20_000 + "\n… (10000 more characters)".length);
    expect(output).toMatch(/x\n… \(10000 more characters\)$/);
  });
});

describe("a tool's name and title", () => {
  it.each([
    ["`ls -l`", "ls -l"],
    ["`echo \\`date\\``", "echo `date`"],
    [`\`${"y".repeat(5_000)}\``, `${"y".repeat(299)}…`],
    ["`a` or `b`", "`a` or `b`"],
    ["List the `src` directory", "List the `src` directory"],
    ["two\nlines\tand \u001b[31mred\u001b[0m\u0007", "two lines and red"],
    ["right\u202eto left", "rightto left"],
    ["x".repeat(5_000), `${"x".repeat(299)}…`],
    ["\u0000", "execute"],
  ])("are one clean line: %j", (title, expected) => {
    const facts = { title, kind: "execute", ...claude({ toolName: "Ba\nsh\u0007" }) } as const;
    expect(project(tool(facts)).record.toolCalls[0]).toMatchObject({ title: expected, toolName: "Ba sh" });
  });

  it("are never empty", () => {
    expect(project(tool(claude({ toolName: "\u0007" }))).record.toolCalls[0]?.toolName).toBe("unnamed");
  });
});

describe("a refused call", () => {
  const failed = { status: "failed" } as const;

  it.each<[string, Partial<ToolFacts>, boolean]>([
    ["by a person", { rawOutput: "User refused permission to run tool" }, true],
    [
      "by a person, in a fence",
      {
        content: [
          {
            type: "content",
            content: { type: "text", text: "```\nUser refused permission to run tool\n```" },
          },
        ],
      },
      true,
    ],
    [
      "by nobody who was there",
      { rawOutput: "Tool permission request failed: Error: Tool use aborted" },
      true,
    ],
    ["by a setting", { rawOutput: "Permission to use Bash with command rm has been denied." }, true],
    ["by a hook", { rawOutput: "PreToolUse:Bash hook error" }, true],
    ["by a rule", claude({ nonExecutionKind: "permission-rule" }), true],
    ["by the automatic mode", claude({ nonExecutionKind: "automode-deny" }), true],
    ["by a mode", claude({ toolResponse: { decisionReasonType: "mode" } }), true],
    ["and what a cancel has killed is none", claude({ nonExecutionKind: "user-rejected" }), false],
    ["and what failed by itself is none", { rawOutput: "Exit code 1\nPermission denied" }, false],
  ])("is told from its end: %s", (_, facts, refused) => {
    expect(project(tool(), tool({ ...failed, ...facts })).record.toolCalls[0]?.refused).toBe(refused);
  });

  it.each([true, false])("is told by whoever refuses it (before its end: %s)", (before) => {
    const { events, projection } = begin();
    if (before) projection.markRefused("call-1");
    projection.apply(tool(failed));
    if (!before) projection.markRefused("call-1");
    projection.markRefused("unknown");
    expect(projection.record.toolCalls).toMatchObject([{ status: "failed", refused: true }]);
    expect(events.filter(({ type }) => type === "tool-end")).toHaveLength(1);
  });

  it("that has run all the same was not refused", () => {
    const { projection } = begin();
    projection.apply(tool());
    projection.markRefused("call-1");
    projection.apply(tool({ status: "completed" }));
    expect(projection.record.toolCalls[0]?.refused).toBe(false);
    expect(projection.refusedLast).toBeUndefined();
  });

  it("that the adapter never ended is refused at the end of the turn", () => {
    const { projection } = begin();
    projection.apply(tool({ rawInput: { a: 1 } }));
    projection.markRefused("call-1");
    expect(projection.refusedLast).toMatchObject({ toolCallId: "call-1" });
    projection.finish("completed");
    expect(projection.refusedLast).toMatchObject({ refused: true, status: "failed" });
  });

  it.each<[string, SessionUpdate[], boolean]>([
    ["nothing", [], true],
    ["usage", [usage(1, 2)], true],
    ["text", [text("I see.")], false],
    ["another tool", [tool({ toolCallId: "b", rawInput: { a: 1 } })], false],
  ])("is the last word of the turn when what follows is %s", (_, updates, last) => {
    const { projection } = begin();
    projection.markRefused("call-1");
    for (const update of [tool(failed), ...updates]) projection.apply(update);
    expect(projection.refusedLast !== undefined).toBe(last);
  });
});
