import { describe, expect, it } from "vitest";
import { createAttemptTools, endedWithTurn, toolMetasOf } from "../../src/openclaw/attempt-tools.ts";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";
import { recordedAttempt, toolCall } from "./recorded-attempt.ts";

type Observer = NonNullable<AttemptParams["observeToolTerminal"]>;
type Observation = Parameters<Observer>[0];

const noLog = (): void => undefined;

/** The account as the host keeps it: the last failure, until the same tool succeeds. */
function observed(): { seen: Observation[]; params: AttemptParams } {
  const seen: Observation[] = [];
  let lastToolError: ReturnType<Observer>["lastToolError"];
  const { params } = recordedAttempt({
    observeToolTerminal: (observation) => {
      seen.push(observation);
      const { toolName, executionStarted = true } = observation;
      if (observation.outcome === "failure") lastToolError = { toolName, ...observation.failure };
      else if (lastToolError?.toolName === toolName) lastToolError = undefined;
      const sideEffectEvidence = executionStarted && observation.nativeMutation?.replaySafe !== true;
      return {
        ...(lastToolError === undefined ? {} : { lastToolError }),
        executionStarted,
        sideEffectEvidence,
        effectReceipt: { state: "uncertain" },
      };
    },
  });
  return { seen, params };
}

describe("OpenClaw's account of Claude Code's tools", () => {
  it("has each finished call once, by OpenClaw's name, with what it was given and returned", () => {
    const { seen, params } = observed();
    const tools = createAttemptTools(params, noLog);
    const call = toolCall({ status: "completed", output: "42 passed" });
    tools.ended(call);
    tools.ended(call);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      toolCallId: "call-1",
      toolName: "exec",
      arguments: { command: "npm test" },
      outcome: "success",
      executionStarted: true,
      nativeMutation: { mutatingAction: true, replaySafe: false },
      result: { content: [{ type: "text", text: "42 passed" }] },
    });
    expect(tools.sideEffects).toBe(true);
  });

  it("says of a refused call that it never began, and why", () => {
    const { seen, params } = observed();
    const tools = createAttemptTools(params, noLog);
    tools.ended(toolCall({ status: "failed", refused: true, output: "A person said no." }));
    expect(seen[0]).toMatchObject({
      executionStarted: false,
      outcome: "failure",
      failure: { error: "A person said no." },
    });
    expect(tools.lastToolError).toMatchObject({ toolName: "exec", error: "A person said no." });
    expect(tools.sideEffects).toBe(false);
  });

  it("forgets a failure that the same tool made good", () => {
    const { params } = observed();
    const tools = createAttemptTools(params, noLog);
    tools.ended(toolCall({ toolCallId: "1", status: "failed", output: "exit 1" }));
    expect(tools.lastToolError).toBeDefined();
    tools.ended(toolCall({ toolCallId: "2", status: "completed", output: "" }));
    expect(tools.lastToolError).toBeUndefined();
  });

  it("survives a host that takes note of nothing", () => {
    const log: string[] = [];
    const { params } = recordedAttempt({
      observeToolTerminal: () => {
        throw new Error("closed");
      },
    });
    const tools = createAttemptTools(params, (message) => log.push(message));
    tools.ended(toolCall({ status: "completed" }));
    expect(tools.sideEffects).toBe(true);
    expect(log).toEqual([expect.stringContaining("closed")]);
  });

  it("takes a call for one with effects where the host gives no verdict", () => {
    const tools = createAttemptTools(recordedAttempt().params, noLog);
    tools.ended(toolCall({ status: "completed" }));
    expect(tools.sideEffects).toBe(true);
  });
});

describe("the calls of a turn that is over", () => {
  it("have all ended: those that still ran failed with the turn", () => {
    const done = toolCall({ toolCallId: "done", status: "completed", endedAt: 1_500 });
    const running = toolCall({ toolCallId: "running" });
    expect(endedWithTurn([done, running], { reason: "cancelled", now: 2_000 })).toEqual([
      done,
      { ...running, status: "failed", output: "cancelled", endedAt: 2_000 },
    ]);
  });

  it("are listed completely", () => {
    const calls = [
      toolCall({ toolCallId: "1", status: "completed" }),
      toolCall({
        toolCallId: "2",
        toolName: "Read",
        kind: "read",
        input: { file_path: "notes.md" },
        status: "failed",
      }),
    ];
    expect(toolMetasOf(calls)).toMatchObject([
      { toolName: "exec", toolCallId: "1", isError: false, replaySafe: false },
      { toolName: "read", toolCallId: "2", isError: true, replaySafe: true },
    ]);
  });
});
