import {
  onInternalDiagnosticEvent,
  resetDiagnosticEventsForTest,
  waitForDiagnosticEventsDrained,
  type DiagnosticEventPayload,
} from "openclaw/plugin-sdk/diagnostic-runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyTurnRecord, type TurnOutcome } from "../../src/bridge/turn.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { createTurnDiagnostics, type TurnDiagnostics } from "../../src/openclaw/turn-diagnostics.ts";
import { recordedAttempt } from "./recorded-attempt.ts";

let events: DiagnosticEventPayload[];

beforeEach(() => {
  resetDiagnosticEventsForTest();
  events = [];
  onInternalDiagnosticEvent((event) => events.push(event));
});

afterEach(() => {
  resetDiagnosticEventsForTest();
});

const COMPLETED: TurnOutcome = {
  ...emptyTurnRecord(),
  text: "the secret word",
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 },
  kind: "completed",
  claudeSessionId: "claude-1",
  warm: true,
};

function prompted(diagnostics: TurnDiagnostics): void {
  diagnostics.onStep({ name: "started", ms: 5 });
  diagnostics.onStep({ name: "session-ready", ms: 50, source: "warm", endpoint: "local" });
  diagnostics.onStep({ name: "prompt-sent", ms: 2, endpoint: "local", model: "opus" });
  diagnostics.onStep({ name: "first-update", ms: 300 });
}

describe("a turn in OpenClaw's diagnostics", () => {
  it("is its phases and one model call, of one trace and one parent", async () => {
    const { params } = recordedAttempt();
    const diagnostics = createTurnDiagnostics(params);
    prompted(diagnostics);
    diagnostics.ended(COMPLETED);
    await waitForDiagnosticEventsDrained();
    const phases = events.filter((event) => event.type === "diagnostic.phase.completed");
    expect(phases).toMatchObject([
      { name: "contractor-agent.queue", durationMs: 5 },
      { name: "contractor-agent.session", durationMs: 50, details: { source: "warm", endpoint: "local" } },
      { name: "contractor-agent.prepare", durationMs: 2 },
    ]);
    const call = {
      ...{ runId: params.runId, sessionId: params.sessionId, sessionKey: params.sessionKey },
      ...{ provider: "contractor-agent", model: "opus", api: "claude-code", transport: "acp" },
      observationUnit: "turn",
    };
    expect(events.filter(({ type }) => type.startsWith("model.call"))).toMatchObject([
      { type: "model.call.started", ...call },
      {
        ...{ type: "model.call.completed", ...call, timeToFirstByteMs: 300 },
        usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, total: 10 },
      },
    ]);
    expect(new Set(events.map(({ trace }) => trace?.traceId)).size).toBe(1);
    expect(JSON.stringify(events)).not.toContain("secret word");
  });

  it("is an error with the code of the failure", async () => {
    const diagnostics = createTurnDiagnostics(recordedAttempt().params);
    prompted(diagnostics);
    const error = new ContractorError("turn-silent", { message: "The secret word.", mend: "Wait." });
    diagnostics.ended({
      ...{ ...emptyTurnRecord(), kind: "failed", error, accepted: true, acted: false },
      mayGoElsewhere: false,
    });
    await waitForDiagnosticEventsDrained();
    expect(events.at(-1)).toMatchObject({
      ...{ type: "model.call.error", errorCategory: "turn-silent", failureKind: "timeout" },
    });
    expect(JSON.stringify(events)).not.toContain("secret word");
  });

  it("ends the call that was answered with too long a context before it begins the next", async () => {
    const diagnostics = createTurnDiagnostics(recordedAttempt().params);
    prompted(diagnostics);
    prompted(diagnostics);
    diagnostics.ended(COMPLETED);
    await waitForDiagnosticEventsDrained();
    expect(events.map(({ type }) => type).filter((type) => type.startsWith("model.call"))).toEqual([
      ...["model.call.started", "model.call.error", "model.call.started", "model.call.completed"],
    ]);
  });

  it("is no call where the agent never had the prompt", async () => {
    const diagnostics = createTurnDiagnostics(recordedAttempt().params);
    diagnostics.onStep({ name: "started", ms: 5 });
    diagnostics.ended({ ...emptyTurnRecord(), kind: "cancelled" });
    await waitForDiagnosticEventsDrained();
    expect(events.map(({ type }) => type)).toEqual(["diagnostic.phase.completed"]);
  });
});
