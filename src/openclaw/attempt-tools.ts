import type { ToolCallFact } from "../bridge/turn.ts";
import type { AttemptParams, AttemptResult } from "./harness-types.ts";
import { toolResultOf } from "./tool-events.ts";
import { failureOf, toolLineOf } from "./tool-lines.ts";

/** Keeps OpenClaw's account of what Claude Code's own tools did, each finished call once. */
export type AttemptTools = {
  ended(call: ToolCallFact): void;
  /** The last failure that no later success of the same tool has made good; undefined when there is none. */
  readonly lastToolError: AttemptResult["lastToolError"];
  /** A call may have changed something outside the conversation. */
  readonly sideEffects: boolean;
};

export function createAttemptTools(params: AttemptParams, log: (message: string) => void): AttemptTools {
  const told = new Set<string>();
  let lastToolError: AttemptResult["lastToolError"];
  let sideEffects = false;
  return {
    ended(call) {
      if (told.has(call.toolCallId)) return;
      told.add(call.toolCallId);
      try {
        const resolution = params.observeToolTerminal?.(observationOf(call));
        // Also when it is undefined: the host has cleared the error then.
        lastToolError = resolution?.lastToolError;
        sideEffects ||= resolution?.sideEffectEvidence ?? !call.refused;
      } catch (error) {
        sideEffects ||= !call.refused;
        log(`run ${params.runId}: OpenClaw did not take note of a tool: ${String(error)}`);
      }
    },
    get lastToolError() {
      return lastToolError;
    },
    get sideEffects() {
      return sideEffects;
    },
  };
}

type Observation = Parameters<NonNullable<AttemptParams["observeToolTerminal"]>>[0];

function observationOf(call: ToolCallFact): Observation {
  const { toolName, params, meta, readOnly } = toolLineOf(call);
  const observation = {
    toolCallId: call.toolCallId,
    toolName,
    arguments: params,
    result: toolResultOf(call),
    ...(meta === undefined ? {} : { meta }),
    executionStarted: !call.refused,
    nativeMutation: { mutatingAction: !readOnly, replaySafe: readOnly },
  };
  return call.status === "failed"
    ? { ...observation, outcome: "failure", failure: { error: failureOf(call) } }
    : { ...observation, outcome: "success" };
}

/** How the calls ended that still ran when the turn was over: nobody will hear of them again. */
export function endedWithTurn(
  calls: ToolCallFact[],
  { reason, now }: { reason: string; now: number },
): ToolCallFact[] {
  return calls.map((call) =>
    call.status === "running" ? { ...call, status: "failed", output: reason, endedAt: now } : call,
  );
}

export function toolMetasOf(calls: ToolCallFact[]): AttemptResult["toolMetas"] {
  return calls.map((call) => {
    const { toolName, meta, readOnly } = toolLineOf(call);
    return {
      toolName,
      toolCallId: call.toolCallId,
      ...(meta === undefined ? {} : { meta }),
      replaySafe: readOnly,
      isError: call.status === "failed",
    };
  });
}
