import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import { createTurnProjection } from "../../src/bridge/turn-projection.ts";
import type { TurnEvent, TurnRecord } from "../../src/bridge/turn.ts";

const SUBAGENT = { claudeCode: { parentToolUseId: "task-1" } };

function text(words: string, _meta?: Record<string, unknown>): SessionUpdate {
  const content = { type: "text" as const, text: words };
  return { sessionUpdate: "agent_message_chunk", content, ...(_meta === undefined ? {} : { _meta }) };
}

function thought(words: string): SessionUpdate {
  return { sessionUpdate: "agent_thought_chunk", content: { type: "text", text: words } };
}

type ToolFacts = Omit<Extract<SessionUpdate, { sessionUpdate: "tool_call_update" }>, "sessionUpdate">;

function tool(facts: Partial<ToolFacts> = {}): SessionUpdate {
  return { sessionUpdate: "tool_call_update", toolCallId: "call-1", ...facts };
}

function usage(used: number, size: number, amount?: number): SessionUpdate {
  const cost = amount === undefined ? {} : { cost: { amount, currency: "USD" } };
  return { sessionUpdate: "usage_update", used, size, ...cost };
}

function project(...updates: SessionUpdate[]): { events: TurnEvent[]; record: TurnRecord } {
  const events: TurnEvent[] = [];
  const projection = createTurnProjection((event) => events.push(event));
  for (const update of updates) projection.apply(update);
  projection.finish();
  return { events, record: projection.record };
}

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
    ["a subagent's words stay out", [text("A"), text("inner", SUBAGENT), text("B")], "AB"],
    ["reasoning stays out", [thought("hm"), text("A")], "A"],
  ])("%s", (_, updates, expected) => {
    const { record, events } = project(...updates);
    expect(record.text).toBe(expected);
    const deltas = events.flatMap((event) => (event.type === "text" ? [event.delta] : []));
    expect(deltas.join("")).toBe(expected);
  });

  it("of no length is no event", () => {
    expect(project(text("")).events).toEqual([]);
  });

  it("is all that is taken of a message: images and plans leave no trace", () => {
    const { events, record } = project(
      {
        sessionUpdate: "agent_message_chunk",
        content: { type: "image", data: "aGk=", mimeType: "image/png" },
      },
      { sessionUpdate: "plan", entries: [] },
      { sessionUpdate: "user_message_chunk", content: { type: "text", text: "what I said" } },
    );
    expect(events).toEqual([]);
    expect(record.text).toBe("");
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
    ]);
    expect(record.reasoning).toBe("ab");
  });
});

describe("a tool", () => {
  function kinds(...updates: SessionUpdate[]): string[] {
    return project(...updates).events.map(({ type }) => type);
  }

  it.each<[string, SessionUpdate[]]>([
    ["pending, running, completed", [tool({ status: "pending" }), tool({ status: "in_progress" })]],
    ["without a status first", [tool()]],
    ["not announced at all", []],
    ["completed twice", [tool(), tool({ status: "completed" })]],
    ["running again after its end", [tool({ status: "completed" }), tool({ status: "in_progress" })]],
    ["failed before", [tool({ status: "failed" }), tool({ status: "pending" })]],
  ])("starts and ends exactly once: %s", (_, updates) => {
    const seen = kinds(...updates, tool({ status: "completed" }), tool({ title: "later" }));
    expect(seen).toEqual(["tool-start", "tool-end"]);
  });

  it("gathers name, title, kind, input and status from all of its updates", () => {
    const { events, record } = project(
      tool({ kind: "execute", title: "Terminal", status: "pending", rawInput: {} }),
      tool({ title: "ls -l", rawInput: { command: "ls -l" }, _meta: { claudeCode: { toolName: "Bash" } } }),
      tool({ status: "completed" }),
    );
    const facts = { toolCallId: "call-1", toolName: "Bash", title: "ls -l", kind: "execute" };
    const call = { ...facts, input: { command: "ls -l" }, status: "completed" };
    expect(events.at(-1)).toEqual({ type: "tool-end", call });
    expect(record.toolCalls).toEqual([call]);
  });

  it("that says nothing of itself is an unnamed one of the kind other", () => {
    expect(project(tool({ title: null, kind: null })).record.toolCalls[0]).toMatchObject({
      toolName: "other",
      title: "other",
      kind: "other",
      status: "running",
    });
  });

  it("keeps its first end, and its place in the order of the starts", () => {
    const other = { toolCallId: "call-2" };
    const { record } = project(
      tool(),
      tool(other),
      tool({ status: "failed" }),
      tool({ status: "completed" }),
    );
    expect(record.toolCalls.map(({ toolCallId, status }) => [toolCallId, status])).toEqual([
      ["call-1", "failed"],
      ["call-2", "running"],
    ]);
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
  const compaction = { _meta: { claudeCode: { toolName: "compact" } } };

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
    const { record, events } = project(usage(10, 200, 0.1), usage(20, 200, 0.25), usage(0, 0));
    expect(record).toMatchObject({ contextTokens: 20, contextWindow: 200, sessionCostUsd: 0.25 });
    expect(events).toEqual([]);
  });

  it("takes a cost in dollars only", () => {
    const euros: SessionUpdate = { ...usage(1, 2), cost: { amount: 3, currency: "EUR" } } as SessionUpdate;
    expect(project(euros).record.sessionCostUsd).toBeUndefined();
  });
});
