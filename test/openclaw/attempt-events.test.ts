import { onAgentEvent, type AgentEventPayload } from "openclaw/plugin-sdk/agent-harness-runtime";
import {
  onInternalDiagnosticEvent,
  waitForDiagnosticEventsDrained,
} from "openclaw/plugin-sdk/diagnostic-runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TurnEvent } from "../../src/bridge/turn.ts";
import { createAttemptEvents } from "../../src/openclaw/attempt-events.ts";
import { recordedAttempt, toolCall, type RecordedAttempt } from "./recorded-attempt.ts";

let heard: AgentEventPayload[];
let stopListening: () => void;

beforeEach(() => {
  heard = [];
  stopListening = onAgentEvent((event) => heard.push(event));
});

afterEach(() => {
  stopListening();
});

async function play(attempt: RecordedAttempt, events: TurnEvent[]): Promise<string[]> {
  const log: string[] = [];
  const reports = createAttemptEvents(attempt.params, (message) => log.push(message));
  reports.turnStarted();
  for (const event of events) reports.onEvent(event);
  await reports.turnEnded({});
  return log;
}

const streams = (): string[] =>
  heard.map(({ stream, data }) => `${stream}${typeof data["phase"] === "string" ? `:${data["phase"]}` : ""}`);

describe("what watchers of a turn are told", () => {
  it("streams text to the Gateway's clients and to channels, in order", async () => {
    const attempt = recordedAttempt();
    await play(attempt, [
      { type: "text", delta: "Hel", text: "Hel" },
      { type: "text", delta: "lo", text: "Hello" },
    ]);
    const assistant = heard.filter(({ stream }) => stream === "assistant").map(({ data }) => data);
    expect(assistant).toEqual([
      { text: "Hel", delta: "Hel" },
      { text: "Hello", delta: "lo" },
    ]);
    expect(attempt.given("onPartialReply")).toEqual(assistant);
    expect(attempt.given("onAssistantMessageStart")).toHaveLength(1);
    expect(attempt.given("onExecutionPhase")).toMatchObject([
      { phase: "turn_accepted" },
      { phase: "assistant_output_started" },
    ]);
    const callbackEvents = attempt.given("onAgentEvent").map((event) => (event as AgentEventPayload).stream);
    expect(callbackEvents).toEqual(heard.map(({ stream }) => stream));
  });

  it("tells a tool as one item and one tool event at each of its stages", async () => {
    const call = toolCall();
    await play(recordedAttempt(), [
      { type: "tool-start", call },
      { type: "tool-progress", call, elapsedMs: 5_000 },
      { type: "tool-end", call: { ...call, status: "completed", output: "ok", endedAt: 2_000 } },
    ]);
    expect(streams()).toEqual([
      "lifecycle:start",
      "item:start",
      "tool:start",
      "tool:update",
      "item:update",
      "tool:result",
      "item:end",
      "lifecycle:end",
    ]);
    const ended = heard.find(({ stream, data }) => stream === "item" && data["phase"] === "end");
    expect(ended?.data).toMatchObject({
      toolCallId: "call-1",
      status: "completed",
      startedAt: 1_000,
      endedAt: 2_000,
    });
    const result = heard.find(({ data }) => data["phase"] === "result");
    expect(result?.data).toMatchObject({ name: "Bash", isError: false, args: { command: "npm test" } });
  });

  it("tells a refused tool as blocked, and a subagent's tool with the tool it belongs to", async () => {
    const call = toolCall({ status: "failed", refused: true, parentToolCallId: "task-1" });
    await play(recordedAttempt(), [{ type: "tool-end", call }]);
    expect(heard.find(({ stream }) => stream === "item")?.data).toMatchObject({ status: "blocked" });
    expect(heard.find(({ stream }) => stream === "tool")?.data).toMatchObject({
      isError: true,
      parentToolCallId: "task-1",
    });
  });

  it("tells telemetry when a tool begins and how it ended", async () => {
    const { params } = recordedAttempt();
    const seen: string[] = [];
    const stop = onInternalDiagnosticEvent((event) => {
      if (event.type.startsWith("tool.execution.") && "runId" in event && event.runId === params.runId)
        seen.push(event.type);
    });
    const call = toolCall();
    await play({ ...recordedAttempt(), params }, [
      { type: "tool-start", call },
      { type: "tool-end", call: { ...call, status: "completed" } },
      { type: "tool-end", call: { ...call, status: "failed", refused: true } },
      { type: "tool-end", call: { ...call, status: "failed" } },
    ]);
    await waitForDiagnosticEventsDrained();
    stop();
    expect(seen).toEqual([
      "tool.execution.started",
      "tool.execution.completed",
      "tool.execution.blocked",
      "tool.execution.error",
    ]);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a list", ["a", { b: 1 }]],
    ["a number", 7],
    ["objects where text is expected", { command: { toString: 1 }, file_path: [], path: 3, edits: "x" }],
    ["text that is a megabyte long", { command: "x\u0000\ud800".repeat(300_000) }],
    ["names of prototypes", JSON.parse('{"__proto__":{"a":1},"constructor":2}')],
  ])("survives a tool that was given %s", async (_, input) => {
    for (const toolName of ["Bash", "Read", "Edit", "MultiEdit", "mcp__x__y", "__proto__", ""]) {
      const call = toolCall({ toolName, input, title: "\u001b[2J".repeat(1_000) });
      const attempt = recordedAttempt({ verboseLevel: "full" });
      const log = await play(attempt, [
        { type: "tool-start", call },
        { type: "tool-end", call: { ...call, status: "completed", output: "\ud800\u0007" } },
      ]);
      expect(log).toEqual([]);
    }
    const items = heard.filter(({ stream }) => stream === "item").map(({ data }) => String(data["title"]));
    for (const title of items) expect(title).toMatch(/^[^\p{Cc}]{0,300}$/u);
  });

  it.each([
    { verbose: "off", summary: false, output: false, lines: 0 },
    { verbose: "on", summary: true, output: false, lines: 1 },
    { verbose: "full", summary: true, output: true, lines: 2 },
  ])("shows $lines messages for a tool with verbose $verbose", async ({ summary, output, lines }) => {
    const attempt = recordedAttempt({
      shouldEmitToolResult: () => summary,
      shouldEmitToolOutput: () => output,
    });
    const call = toolCall();
    await play(attempt, [
      { type: "tool-start", call },
      { type: "tool-end", call: { ...call, status: "completed", output: "42 passed" } },
    ]);
    const shown = attempt.given("onToolResult").map((payload) => (payload as { text: string }).text);
    expect(shown).toHaveLength(lines);
    expect(shown.join("\n").includes("42 passed")).toBe(output);
  });

  it("tells the plan in the host's own shape, without what a step smuggles in", async () => {
    await play(recordedAttempt(), [
      { type: "plan", entries: [{ content: "Read\n\u001b[1mall", status: "in_progress" }] },
    ]);
    expect(heard.find(({ stream }) => stream === "plan")?.data).toMatchObject({
      phase: "update",
      steps: [{ step: "Read all", status: "in_progress" }],
    });
  });

  it("says of a compaction that the turn's end cut off that it was not completed", async () => {
    await play(recordedAttempt(), [
      { type: "compaction", phase: "start" },
      { type: "compaction", phase: "end" },
      { type: "compaction", phase: "start" },
    ]);
    const ends = heard.filter(({ stream, data }) => stream === "compaction" && data["phase"] === "end");
    expect(ends.map(({ data }) => data["completed"])).toEqual([true, false]);
  });

  it("says that Claude's endpoint is asked again", async () => {
    await play(recordedAttempt(), [
      { type: "retry", notice: { status: 429, attempt: 2, delayMs: 4_200 } },
      { type: "retry", notice: { status: undefined, attempt: 12, delayMs: undefined } },
    ]);
    const told = heard.filter(({ stream }) => stream === "run_status").map(({ data }) => data);
    expect(told[0]).toMatchObject({ phase: "retrying", reason: "rate_limit", attempt: 2 });
    expect(told[0]?.["message"]).toContain("429. Retrying in 5s (2/10)");
    expect(told[1]).toMatchObject({ attempt: 10, maxAttempts: 10 });
  });

  it("keeps the host's watchdogs quiet while a turn makes progress", async () => {
    const seen: string[] = [];
    const attempt = recordedAttempt();
    const stop = onInternalDiagnosticEvent((event) => {
      if (event.type === "run.progress" && event.runId === attempt.params.runId) seen.push(event.reason);
    });
    await play(attempt, [
      { type: "progress" },
      { type: "tool-progress", call: toolCall(), elapsedMs: 9_000 },
    ]);
    await waitForDiagnosticEventsDrained();
    stop();
    expect(seen).toEqual(["contractor:turn", "contractor:tool"]);
    expect(attempt.given("onRunProgress")).toHaveLength(2);
    expect(attempt.given("onExecutionPhase")).toMatchObject([
      { phase: "turn_accepted", model: "contractor-opus" },
    ]);
  });

  it("goes on when a watcher fails, whichever way", async () => {
    const attempt = recordedAttempt({
      onExecutionStarted: () => {
        throw new Error("first");
      },
      onPartialReply: () => Promise.reject(new Error("second")),
    });
    const log = await play(attempt, [
      { type: "text", delta: "a", text: "a" },
      { type: "text", delta: "b", text: "ab" },
    ]);
    expect(log).toHaveLength(3);
    expect(streams()).toEqual(["lifecycle:start", "assistant", "assistant", "lifecycle:end"]);
  });
});

describe("the end of a turn", () => {
  it.each([
    { ending: { error: "It failed." }, phase: "error", data: { error: "It failed." } },
    {
      ending: { aborted: AbortSignal.abort() },
      phase: "end",
      data: { aborted: true, stopReason: "aborted" },
    },
    { ending: {}, phase: "end", data: {} },
  ])("is told as $phase", async ({ ending, phase, data }) => {
    await createAttemptEvents(recordedAttempt().params, () => undefined).turnEnded(ending);
    expect(heard.at(-1)).toMatchObject({ stream: "lifecycle", data: { phase, ...data } });
  });

  it("is left to the host where it says the last word itself", async () => {
    const { params } = recordedAttempt({ deferTerminalLifecycle: true });
    await createAttemptEvents(params, () => undefined).turnEnded({});
    expect(heard.at(-1)).toMatchObject({ data: { phase: "finishing" } });
  });
});
