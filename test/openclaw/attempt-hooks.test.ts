import { initializeGlobalHookRunner, resetGlobalHookRunner } from "openclaw/plugin-sdk/hook-runtime";
import { afterEach, describe, expect, it } from "vitest";
import { emptyTurnRecord, type TurnOutcome, type TurnRequest } from "../../src/bridge/turn.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { createAttemptHooks } from "../../src/openclaw/attempt-hooks.ts";
import type { AssistantMessage, AttemptParams } from "../../src/openclaw/harness-types.ts";
import { recordedAttempt, toolCall } from "./recorded-attempt.ts";

type Handlers = Record<string, (event: Record<string, unknown>, ctx: Record<string, unknown>) => unknown>;

afterEach(() => {
  resetGlobalHookRunner();
});

/** OpenClaw's real hook runner with one plugin that has these hooks. */
function installHooks(handlers: Handlers): void {
  const typedHooks = Object.entries(handlers).map(([hookName, handler]) => ({
    pluginId: "observer",
    hookName,
    handler,
    source: "test",
  }));
  const registry = { plugins: [{ id: "observer", status: "loaded" }], hooks: [], typedHooks };
  initializeGlobalHookRunner(registry as unknown as Parameters<typeof initializeGlobalHookRunner>[0]);
}

function turnRequest(message: Partial<TurnRequest["message"]> = {}): TurnRequest {
  return {
    agentId: "dev",
    openclawSessionKey: "agent:dev:main",
    lifecycle: undefined,
    readHistory: () =>
      Promise.resolve([
        { role: "user", text: "Hello", at: undefined },
        { role: "assistant", text: "Hi.", at: undefined },
        { role: "user", text: "What now?", at: undefined },
      ]),
    message: { text: "What now?", context: "Group: garden", images: [], attachments: [], ...message },
    instructions: undefined,
    settings: { model: null, effort: null, fast: null },
    purpose: "chat",
    nativeTools: undefined,
    openclawTools: null,
    signal: new AbortController().signal,
    deadlineAt: undefined,
    lastTurnOfProcess: false,
  };
}

function hooksOf(overrides: Partial<AttemptParams> = {}) {
  const log: string[] = [];
  const { params } = recordedAttempt({ messageChannel: undefined, ...overrides });
  return { params, log, hooks: createAttemptHooks(params, (message) => log.push(message)) };
}

const answered: TurnOutcome = {
  ...emptyTurnRecord(),
  text: "This.",
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 },
  kind: "completed",
  claudeSessionId: "claude-1",
  warm: false,
};

const refused = (accepted: boolean, text = ""): TurnOutcome => ({
  ...emptyTurnRecord(),
  text,
  kind: "failed",
  error: new ContractorError("agent-failed", { message: "It broke.", mend: "Try again." }),
  accepted,
  acted: false,
  mayGoElsewhere: !accepted,
});

const assistant = { role: "assistant", content: [{ type: "text", text: "This." }] } as AssistantMessage;

describe("before the prompt", () => {
  it("leaves the turn as it is when no plugin asks to change it", async () => {
    const request = turnRequest();
    expect(await hooksOf().hooks.promptBuilt(request)).toBe(request);
  });

  it("puts what plugins add into the context, and not one character into the message", async () => {
    const seen: Record<string, unknown>[] = [];
    installHooks({
      before_prompt_build: (event) => {
        seen.push(event);
        return {
          prependContext: "Memory: likes tea",
          appendContext: "Weather: rain",
          appendSystemContext: "Be brief",
        };
      },
    });
    const { message } = await hooksOf().hooks.promptBuilt(turnRequest({ text: "/review this" }));
    expect(message.text).toBe("/review this");
    expect(message.context).toMatch(/^Group: garden\n\n/);
    for (const part of ["Memory: likes tea", "Weather: rain", "Be brief"])
      expect(message.context).toContain(part);
    expect(seen[0]).toMatchObject({
      prompt: "/review this",
      messages: [{ role: "user" }, { role: "assistant" }],
    });
  });

  it("refuses a turn whose tools a plugin restricts", async () => {
    installHooks({ before_prompt_build: () => ({ toolsAllow: ["read"] }) });
    await expect(hooksOf().hooks.promptBuilt(turnRequest())).rejects.toMatchObject({
      code: "tools-not-enforceable",
    });
  });
});

describe("a plugin that may block a run", () => {
  it("is shown the turn with what other plugins add, and lets it pass", async () => {
    const seen: unknown[] = [];
    installHooks({
      agent_turn_prepare: () => ({ prependContext: "It rains." }),
      before_agent_run: (event) => {
        seen.push(event["prompt"], event["messages"]);
        return { outcome: "pass" };
      },
    });
    const built = await hooksOf().hooks.promptBuilt(turnRequest());
    expect(built.message).toMatchObject({ text: "What now?", context: "Group: garden\n\nIt rains." });
    expect(seen).toEqual(["What now?", [expect.objectContaining({ role: "user" }), expect.anything()]]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["blocks it", () => ({ outcome: "block", reason: "secret" }), /blocks it\. Change the message/],
    ["says why", () => ({ outcome: "block", reason: "secret", message: "No." }), /blocks it: No\. Change/],
    [
      "fails",
      () => {
        throw new Error("broken");
      },
      /turn was not begun/,
    ],
  ])("keeps the turn from beginning when it %s", async (_, gate, words) => {
    installHooks({ before_agent_run: gate });
    const refused = await hooksOf()
      .hooks.promptBuilt(turnRequest())
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "turn-blocked" });
    expect(ContractorError.isInstance(refused) && refused.toParagraph()).toMatch(words);
    expect(String(refused)).not.toContain("secret");
  });
});

describe("around a turn", () => {
  it("runs in OpenClaw's order, each hook once", async () => {
    const order: string[] = [];
    const events = new Map<string, Record<string, unknown>>();
    const note =
      (name: string) =>
      (event: Record<string, unknown>): void => {
        order.push(name);
        events.set(name, event);
      };
    const names = [
      "llm_input",
      "after_tool_call",
      "before_compaction",
      "after_compaction",
      "llm_output",
      "agent_end",
    ];
    installHooks(Object.fromEntries(names.map((name) => [name, note(name)])));
    const { hooks, params } = hooksOf();
    await hooks.dispatched(turnRequest());
    hooks.toolEnded(toolCall({ status: "failed", output: "exit 1", endedAt: 2_000 }));
    hooks.compaction("start");
    hooks.compaction("end");
    await hooks.turnEnded({ outcome: answered, assistant });
    expect(order).toEqual(names);
    expect(events.get("llm_input")).toMatchObject({
      prompt: "What now?",
      model: params.modelId,
      historyMessages: [{ role: "user" }, { role: "assistant" }],
    });
    expect(events.get("after_tool_call")).toMatchObject({
      toolName: "exec",
      params: { command: "npm test" },
      error: "exit 1",
    });
    expect(events.get("llm_output")).toMatchObject({
      assistantTexts: ["This."],
      usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
    });
    expect(events.get("agent_end")).toMatchObject({
      success: true,
      messages: [{ role: "user" }, { role: "assistant" }],
    });
  });

  it.each<[string, TurnOutcome, { outputs: number; error: string | undefined }]>([
    ["failed before it was accepted", refused(false), { outputs: 0, error: "It broke. Try again." }],
    [
      "failed after it had said something",
      refused(true, "Half"),
      { outputs: 1, error: "It broke. Try again." },
    ],
    ["was cancelled", { ...emptyTurnRecord(), kind: "cancelled" }, { outputs: 0, error: undefined }],
  ])("ends also for a turn that %s", async (_, outcome, { outputs, error }) => {
    const ends: Record<string, unknown>[] = [];
    let heard = 0;
    installHooks({ agent_end: (event) => void ends.push(event), llm_output: () => void (heard += 1) });
    const { hooks } = hooksOf();
    await hooks.dispatched(turnRequest());
    await hooks.turnEnded({ outcome, assistant: undefined });
    expect(ends).toHaveLength(1);
    expect(ends[0]?.["success"]).toBe(false);
    expect(ends[0]?.["error"]).toBe(error);
    expect(heard).toBe(outputs);
  });

  it("goes on when a hook or the history fails", async () => {
    const broken = (): never => {
      throw new Error("broken");
    };
    installHooks({
      llm_input: broken,
      after_tool_call: broken,
      agent_end: broken,
      before_prompt_build: broken,
    });
    const { hooks, log } = hooksOf({
      userTurnTranscriptRecorder: {
        markSentToProvider: broken,
      } as unknown as AttemptParams["userTurnTranscriptRecorder"],
    });
    const request = { ...turnRequest(), readHistory: () => Promise.reject(new Error("no history")) };
    const built = await hooks.promptBuilt(request);
    await hooks.dispatched(built);
    hooks.toolEnded(toolCall({ status: "completed" }));
    await hooks.turnEnded({ outcome: answered, assistant });
    expect(log).toEqual([expect.stringContaining("no history"), expect.stringContaining("broken")]);
  });
});
