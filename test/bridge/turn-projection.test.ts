import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import { createTurnProjection } from "../../src/bridge/turn-projection.ts";
import { text, message, thought, tool, claude, usage, project, begin, deltasOf } from "./projected-turn.ts";

const SUBAGENT = { claudeCode: { parentToolUseId: "task-1" } };

describe("text", () => {
  it("is told as deltas and as the whole so far", () => {
    const { events, record } = project(text("Hel"), text("lo "), text("there"));
    expect(events).toEqual([
      { type: "text", delta: "Hel", text: "Hel" },
      { type: "text", delta: "lo ", text: "Hello " },
      { type: "text", delta: "there", text: "Hello there" },
    ]);
    expect(record.text).toBe("Hello there");
  });

  it.each<[string, SessionUpdate[], string]>([
    ["a tool makes a paragraph", [text("Let me look."), tool(), text("Found.")], "Let me look.\n\nFound."],
    ["several tools make one", [text("A"), tool(), tool({ toolCallId: "b" }), text("B")], "A\n\nB"],
    ["its own blank lines do not add up", [text("A"), tool(), text("\n\n"), text("\n B")], "A\n\nB"],
    ["one that stands there already is enough", [text("A\n\n"), tool(), text("B")], "A\n\nB"],
    ["a tool before any text makes none", [tool(), text("A")], "A"],
    ["text after the paragraph goes on", [text("A"), tool(), text("B"), text(" c")], "A\n\nB c"],
    ["spaces between words stay", [text("a"), text(" "), text("b")], "a b"],
    ["a subagent's words stay out", [text("A"), text("inner", { _meta: SUBAGENT }), text("B")], "AB"],
    ["reasoning stays out", [thought("hm"), text("A")], "A"],
  ])("%s", (_, updates, expected) => {
    const { record, events } = project(...updates);
    expect(record.text).toBe(expected);
    expect(deltasOf(events)).toBe(expected);
  });

  it("of no length is no event", () => {
    expect(project(text("")).events).toEqual([]);
  });

  it("is all that is taken of a message: images and what a person said leave no trace", () => {
    const { events, record } = project(
      {
        sessionUpdate: "agent_message_chunk",
        content: { type: "image", data: "aGk=", mimeType: "image/png" },
      },
      { sessionUpdate: "user_message_chunk", content: { type: "text", text: "what I said" } },
    );
    expect(events).toEqual([]);
    expect(record.text).toBe("");
  });
});

describe("an answer that begins again under another message id", () => {
  it.each<[string, SessionUpdate[], string]>([
    ["is not said twice", [message("a", "Hello wor"), message("b", "Hello world")], "Hello world"],
    [
      "chunk by chunk",
      [message("a", "Hello wor"), message("b", "Hel"), message("b", "lo world"), message("b", "!")],
      "Hello world!",
    ],
    ["of which less came than before", [message("a", "Hello wor"), message("b", "Hello")], "Hello wor"],
    [
      "and again",
      [message("a", "Hello wor"), message("b", "Hello"), message("c", "Hello world")],
      "Hello world",
    ],
    [
      "goes on where it says something else, as a paragraph",
      [message("a", "Hello wor"), message("b", "Hello there")],
      "Hello wor\n\nHello there",
    ],
    [
      "goes on from the beginning of the line that differs",
      [message("a", "One.\nTwo wor"), message("b", "One.\nTwo there")],
      "One.\nTwo wor\n\nTwo there",
    ],
    [
      "may repeat itself after a tool",
      [message("a", "Again"), tool(), message("b", "Again")],
      "Again\n\nAgain",
    ],
    [
      "may repeat itself after a plan",
      [message("a", "Again"), { sessionUpdate: "plan", entries: [] }, message("b", "Again")],
      "Again\n\nAgain",
    ],
    ["is another paragraph when it is another message", [message("a", "A"), message("b", "B")], "A\n\nB"],
    ["is the same message where no id is given", [message("a", "A"), text("A")], "AA"],
  ])("%s", (_, updates, expected) => {
    const { record, events } = project(...updates);
    expect(record.text).toBe(expected);
    expect(deltasOf(events)).toBe(expected);
  });

  it("reasons once", () => {
    const { record, events } = project(
      thought("hm, so", "a"),
      thought("hm, so then", "b"),
      thought("x", "c"),
    );
    expect(record.reasoning).toBe("hm, so then\n\nx");
    expect(deltasOf(events, "reasoning")).toBe(record.reasoning);
  });
});

describe("reasoning", () => {
  it.each<[string, SessionUpdate]>([
    ["text", text("A")],
    ["a tool", tool()],
  ])("ends once, before %s", (_, next) => {
    const { events } = project(thought("h"), thought("m"), next, text("B"));
    expect(events.slice(0, 3)).toEqual([
      { type: "reasoning", delta: "h", text: "h" },
      { type: "reasoning", delta: "m", text: "hm" },
      { type: "reasoning-end" },
    ]);
    expect(events.filter(({ type }) => type === "reasoning-end")).toHaveLength(1);
  });

  it("ends with the turn when nothing follows it", () => {
    expect(project(thought("h")).events.at(-1)).toEqual({ type: "reasoning-end" });
  });

  it("may begin again after a tool", () => {
    const { events, record } = project(thought("a"), tool(), thought("b"), text("C"));
    expect(events.map(({ type }) => type)).toEqual([
      "reasoning",
      "reasoning-end",
      "tool-start",
      "reasoning",
      "reasoning-end",
      "text",
      "tool-end",
    ]);
    expect(record.reasoning).toBe("ab");
  });
});

describe("a plan", () => {
  const entry = { content: "Look\n around", status: "pending", priority: "medium" } as const;

  it("is told when it changes, and kept", () => {
    const done = { ...entry, status: "completed" } as const;
    const plans = [[], [entry], [entry], [done]].map(
      (entries) => ({ sessionUpdate: "plan", entries }) as const,
    );
    const { events, record } = project(...plans);
    expect(events).toEqual([
      { type: "plan", entries: [{ content: "Look around", status: "pending" }] },
      { type: "plan", entries: [{ content: "Look around", status: "completed" }] },
    ]);
    expect(record.plan).toEqual([{ content: "Look around", status: "completed" }]);
  });

  it("is bounded", () => {
    const entries = Array.from({ length: 500 }, () => ({ ...entry, content: "x".repeat(5_000) }));
    const { plan } = project({ sessionUpdate: "plan", entries }).record;
    expect(plan).toHaveLength(100);
    expect(plan[0]?.content).toHaveLength(500);
  });
});

describe("a compaction", () => {
  const compact = claude({ toolName: "compact" });
  const start = { type: "compaction", phase: "start" };
  const end = { type: "compaction", phase: "end" };

  it.each<[string, SessionUpdate[], unknown[]]>([
    [
      "as a tool",
      [tool({ ...compact, status: "in_progress" }), tool({ ...compact, status: "completed" })],
      [start, end],
    ],
    [
      "that failed at once",
      [tool({ ...compact, status: "failed" }), tool({ status: "failed" })],
      [start, end],
    ],
    ["that the turn's end has cut", [tool({ ...compact })], [start, end]],
    [
      "as an update of its own",
      [
        { sessionUpdate: "compaction_update", compactionId: "c", status: "in_progress" },
        { sessionUpdate: "compaction_update", compactionId: "c", status: "completed" },
      ],
      [start, end],
    ],
  ])("is no tool call: %s", (_, updates, expected) => {
    const { events, record } = project(...updates);
    expect(events).toEqual(expected);
    expect(record.toolCalls).toEqual([]);
  });
});

describe("progress", () => {
  it("is told with the first update of any kind, and every five seconds at most", () => {
    const { events, projection, pass } = begin();
    for (let update = 0; update < 11; update += 1) {
      projection.apply(usage(1, 2));
      pass(1000);
    }
    expect(events).toEqual([{ type: "progress" }, { type: "progress" }, { type: "progress" }]);
  });
});

describe("what the turn is doing", () => {
  it.each<[string, SessionUpdate[], unknown]>([
    ["nothing yet", [], { running: undefined, lastSign: undefined }],
    ["text", [text("A")], { running: undefined, lastSign: "writing" }],
    ["reasoning", [thought("A")], { running: undefined, lastSign: "thinking" }],
    ["a plan", [{ sessionUpdate: "plan", entries: [] }], { running: undefined, lastSign: "planning" }],
    [
      "a tool",
      [tool(claude({ toolName: "Bash" }))],
      { running: { what: "Bash", since: 0 }, lastSign: undefined },
    ],
    [
      "a tool that has ended",
      [tool({ ...claude({ toolName: "Bash" }), status: "completed" })],
      { running: undefined, lastSign: "the end of Bash" },
    ],
    [
      "a compaction",
      [tool(claude({ toolName: "compact" }))],
      { running: { what: "a compaction", since: 0 }, lastSign: "a compaction" },
    ],
  ])("is known for the clocks: %s", (_, updates, expected) => {
    const { projection } = begin();
    for (const update of updates) projection.apply(update);
    expect(projection.activity).toEqual(expected);
  });

  it("includes the endpoint's refusals, which are told", () => {
    const { events, projection } = begin();
    const notice = { status: 529, attempt: 1, delayMs: 500 };
    projection.retrying(notice);
    expect(events).toEqual([{ type: "retry", notice }]);
    expect(projection.activity.lastSign).toBe("a request that the endpoint refused");
  });
});

describe("the plugin's last words", () => {
  it.each([
    ["", "_E._"],
    ["A", "A\n\n_E._"],
    ["A\n", "A\n\n_E._"],
    ["A\n\n", "A\n\n_E._"],
  ])("are a paragraph after %j, streamed like the rest", (said, expected) => {
    const { events, projection } = begin();
    projection.apply(text(said));
    projection.append("_E._");
    expect(projection.record.text).toBe(expected);
    expect(deltasOf(events)).toBe(expected);
  });
});

describe("what the plugin itself announces", () => {
  it.each<[string, SessionUpdate[], string[], string]>([
    ["before anything", [], ["_N._"], "_N._\n\nB"],
    ["twice", [], ["_N._", "_M._"], "_N._\n\n_M._\n\nB"],
    ["after a tool", [tool()], ["_N._"], "_N._\n\nB"],
    ["after text", [text("A")], ["_N._"], "A\n\n_N._\n\nB"],
    ["after text and a tool", [text("A"), tool()], ["_N._"], "A\n\n_N._\n\nB"],
  ])("is a paragraph of its own: %s", (_, before, paragraphs, expected) => {
    const deltas: string[] = [];
    const projection = createTurnProjection((event) => event.type === "text" && deltas.push(event.delta));
    for (const update of before) projection.apply(update);
    for (const paragraph of paragraphs) projection.announce(paragraph);
    projection.apply(text("B"));
    expect(projection.record.text).toBe(expected);
    expect(deltas.join("")).toBe(expected);
  });

  it("is nothing that Claude has done", () => {
    const projection = createTurnProjection(() => undefined);
    projection.announce("_N._");
    expect(projection.acted).toBe(false);
  });
});

describe("activity", () => {
  const compaction = claude({ toolName: "compact" });

  it.each<[string, SessionUpdate[], { acted: boolean; compacted: boolean }]>([
    ["nothing", [], { acted: false, compacted: false }],
    ["usage alone", [usage(1, 2)], { acted: false, compacted: false }],
    ["empty text", [text("")], { acted: false, compacted: false }],
    ["text", [text("A")], { acted: true, compacted: false }],
    ["reasoning", [thought("hm")], { acted: true, compacted: false }],
    ["a tool", [tool()], { acted: true, compacted: false }],
    ["a compaction", [tool(compaction)], { acted: false, compacted: true }],
    [
      "a compaction and a tool",
      [tool(compaction), tool({ toolCallId: "b" })],
      { acted: true, compacted: true },
    ],
  ])("is told apart from what changes nothing: %s", (_, updates, expected) => {
    const projection = createTurnProjection(() => undefined);
    for (const update of updates) projection.apply(update);
    const { acted, compacted } = projection;
    expect({ acted, compacted }).toEqual(expected);
  });
});

describe("usage", () => {
  it("keeps the last numbers, and an empty frame wipes none of them", () => {
    const { record, events } = project(
      usage(10, 200, 0.1),
      usage(20, 200, 0.25),
      usage(0, 0),
      usage(0, 0, 0),
    );
    expect(record).toMatchObject({ contextTokens: 20, contextWindow: 200, sessionCostUsd: 0.25 });
    expect(events).toEqual([]);
  });

  it("tells what the turn alone has cost, once it is known what there was before", () => {
    const { projection } = begin();
    projection.apply(usage(1, 2, 0.1));
    expect(projection.record.costUsd).toBeUndefined();
    projection.costsFrom(0.1);
    projection.apply(usage(1, 2, 0.4));
    expect(projection.record).toMatchObject({ sessionCostUsd: 0.4, costUsd: 0.3 });
  });

  it("knows when the limit is over that is near", () => {
    const { projection } = begin();
    const limit = (facts: unknown): SessionUpdate => ({
      ...usage(1, 2),
      _meta: { "_claude/rateLimit": facts },
    });
    projection.apply(limit({ status: "allowed", resetsAt: 1 }));
    projection.apply(limit("odd"));
    expect(projection.limitResetAt).toBeUndefined();
    projection.apply(limit({ status: "allowed_warning", resetsAt: 1_800_000_000 }));
    projection.apply(limit({ status: "rejected" }));
    expect(projection.limitResetAt).toEqual(new Date(1_800_000_000_000));
  });
});
