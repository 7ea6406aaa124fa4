import { AsyncLocalStorage } from "node:async_hooks";
import { onAgentEvent } from "openclaw/plugin-sdk/agent-harness-runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ContractorClaudeBridge } from "../../src/bridge/contractor-claude-bridge.ts";
import {
  emptyTurnRecord,
  type TurnObserver,
  type TurnOutcome,
  type TurnRecord,
  type TurnRequest,
} from "../../src/bridge/turn.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { awaitTurn, type AwaitedTurn } from "../../src/openclaw/awaited-turns.ts";
import type { AttemptParams, AttemptResult } from "../../src/openclaw/harness-types.ts";
import { createKnownToolLists } from "../../src/openclaw/known-tool-lists.ts";
import { runAttempt } from "../../src/openclaw/run-attempt.ts";
import { recordedAttempt, toolCall } from "./recorded-attempt.ts";

type RunTurn = (request: TurnRequest, observer: TurnObserver) => Promise<TurnOutcome>;

const order: string[] = [];
let stopListening: () => void;

beforeEach(() => {
  order.length = 0;
  stopListening = onAgentEvent(({ stream, data }) =>
    order.push(typeof data["phase"] === "string" ? `${stream}:${data["phase"]}` : stream),
  );
});

afterEach(() => {
  stopListening();
});

function attemptWith(runTurn: RunTurn, overrides: Partial<AttemptParams> = {}) {
  const log: string[] = [];
  const attempt = recordedAttempt({ prompt: "Hello", timeoutMs: 60_000, ...overrides });
  const result = runAttempt(
    {
      bridge: () => ({ runTurn }) as unknown as ContractorClaudeBridge,
      readHostConfig: () => ({}),
      toolLists: createKnownToolLists(),
      log: (message) => log.push(message),
    },
    attempt.params,
  );
  return { ...attempt, result, log };
}

const completed = (record: Partial<TurnRecord> = {}): TurnOutcome => ({
  ...emptyTurnRecord(),
  text: "Done.",
  ...record,
  kind: "completed",
  claudeSessionId: "claude-1",
  warm: true,
});

const failed = (facts: { accepted: boolean; code?: "turn-deadline" } & Partial<TurnRecord>): TurnOutcome => {
  const { accepted, code = "agent-failed", ...record } = facts;
  const error = new ContractorError(code, { message: "It broke.", mend: "Try again." });
  const mayGoElsewhere = !accepted;
  return { ...emptyTurnRecord(), ...record, kind: "failed", error, accepted, acted: false, mayGoElsewhere };
};

describe("an attempt", () => {
  it("hands the message over and takes the answer back", async () => {
    const requests: TurnRequest[] = [];
    const { result } = attemptWith((request) => {
      requests.push(request);
      return Promise.resolve(completed());
    });
    expect(await result).toMatchObject({ terminal: { kind: "ok" }, assistantTexts: ["Done."] });
    expect(requests[0]?.message.text).toBe("Hello");
    expect(order).toEqual(["lifecycle:start", "lifecycle:end"]);
  });

  it("tells whoever waits for it how it ended", async () => {
    const awaited: AwaitedTurn = { history: [], signal: new AbortController().signal };
    const forget = awaitTurn("awaited-run", awaited);
    const { result } = attemptWith(() => Promise.resolve(failed({ accepted: true })), {
      runId: "awaited-run",
    });
    await expect(result).rejects.toThrow("It broke.");
    forget();
    expect(awaited.outcome).toMatchObject({ kind: "failed", accepted: true });
  });

  it("is cancelled by the host's signal, and its running tools end with it", async () => {
    const host = new AbortController();
    const call = toolCall();
    const observed: unknown[] = [];
    const { result } = attemptWith(
      async ({ signal }, observer) => {
        observer.onEvent({ type: "tool-start", call });
        host.abort();
        expect(signal.aborted).toBe(true);
        return Promise.resolve({ ...emptyTurnRecord(), toolCalls: [call], kind: "cancelled" });
      },
      {
        abortSignal: host.signal,
        observeToolTerminal: (observation) => {
          observed.push(observation);
          return { executionStarted: true, sideEffectEvidence: true, effectReceipt: { state: "uncertain" } };
        },
      },
    );
    expect(await result).toMatchObject({
      terminal: { kind: "aborted" },
      toolMetas: [{ toolCallId: "call-1", isError: true }],
      itemLifecycle: { startedCount: 1, completedCount: 1, activeCount: 0 },
    });
    expect(observed).toMatchObject([{ outcome: "failure", failure: { error: "cancelled" } }]);
    expect(order).toEqual([
      "lifecycle:start",
      "item:start",
      "tool:start",
      "tool:result",
      "item:end",
      "lifecycle:end",
    ]);
  });

  it("hears of its tools as a part of itself, whatever turn the agent's process was started in", async () => {
    const scope = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { result } = scope.run("this attempt", () =>
      attemptWith(
        (_, observer) => {
          scope.run("an earlier attempt", () => {
            observer.onEvent({ type: "tool-start", call: toolCall() });
            observer.onEvent({ type: "tool-end", call: toolCall({ status: "completed" }) });
          });
          return Promise.resolve(completed());
        },
        {
          observeToolTerminal: () => {
            seen.push(scope.getStore());
            return {
              executionStarted: true,
              sideEffectEvidence: false,
              effectReceipt: { state: "uncertain" },
            };
          },
        },
      ),
    );
    await result;
    expect(seen).toEqual(["this attempt"]);
  });

  it("that failed before the prompt was accepted may go to another model", async () => {
    const { result, log } = attemptWith(() => Promise.resolve(failed({ accepted: false })));
    await expect(result).rejects.toMatchObject({ userMessage: "It broke. Try again.", scope: "harness" });
    expect(log.at(-1)).toContain("agent-failed");
    expect(order.at(-1)).toBe("lifecycle:error");
  });

  it("that failed afterwards is over", async () => {
    const { result } = attemptWith(() => Promise.resolve(failed({ accepted: true, text: "Half" })));
    const error: unknown = await result.catch((cause: unknown) => cause);
    expect(error).toMatchObject({ userMessage: "It broke. Try again." });
    expect((error as { scope?: string }).scope).toBeUndefined();
  });

  it("that ran into its deadline tells the host so", async () => {
    const { result, given } = attemptWith(() =>
      Promise.resolve(failed({ accepted: true, code: "turn-deadline" })),
    );
    await expect(result).rejects.toThrow("It broke.");
    expect(given("onAttemptTimeout")).toMatchObject([{ code: "turn-deadline" }]);
  });

  it("that throws where nothing may is a failed one with its cause", async () => {
    const { result } = attemptWith(() => {
      throw new Error("out of the blue");
    });
    await expect(result).rejects.toThrow("out of the blue");
    expect(order).toEqual(["lifecycle:start", "lifecycle:error"]);
  });

  it("counts compactions and forgets a tool error that was made good", async () => {
    let lastToolError: AttemptResult["lastToolError"] = { toolName: "exec" };
    const { result } = attemptWith(
      (_, observer) => {
        observer.onEvent({ type: "compaction", phase: "start" });
        observer.onEvent({ type: "compaction", phase: "end" });
        observer.onEvent({ type: "tool-end", call: toolCall({ toolCallId: "1", status: "failed" }) });
        lastToolError = undefined;
        observer.onEvent({ type: "tool-end", call: toolCall({ toolCallId: "2", status: "completed" }) });
        return Promise.resolve(completed());
      },
      {
        observeToolTerminal: () => ({
          ...(lastToolError === undefined ? {} : { lastToolError }),
          executionStarted: true,
          sideEffectEvidence: false,
          effectReceipt: { state: "uncertain" },
        }),
      },
    );
    const settled = await result;
    expect(settled.compactionCount).toBe(1);
    expect(settled.lastToolError).toBeUndefined();
  });
});
