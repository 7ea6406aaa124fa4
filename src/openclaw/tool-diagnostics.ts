import { emitTrustedDiagnosticEvent } from "openclaw/plugin-sdk/diagnostic-runtime";
import type { ToolCallFact } from "../bridge/turn.ts";
import { HARNESS_ID } from "../config/identifiers.ts";
import type { AttemptParams } from "./harness-types.ts";
import { failureOf } from "./tool-lines.ts";

/** Telemetry of a tool's start: the host knows now that this run is busy with a tool, and not stuck. */
export function reportToolStart(params: AttemptParams, call: ToolCallFact): void {
  emitTrustedDiagnosticEvent({ type: "tool.execution.started", ...factsOf(params, call) });
}

export function reportToolEnd(params: AttemptParams, call: ToolCallFact): void {
  const facts = factsOf(params, call);
  const durationMs = Math.max(0, (call.endedAt ?? Date.now()) - call.startedAt);
  if (call.refused) {
    emitTrustedDiagnosticEvent({
      type: "tool.execution.blocked",
      ...facts,
      deniedReason: "contractor-refused",
      reason: failureOf(call),
    });
  } else if (call.status === "failed") {
    emitTrustedDiagnosticEvent({
      type: "tool.execution.error",
      ...facts,
      durationMs,
      errorCategory: "contractor_tool",
      terminalReason: "failed",
    });
  } else {
    emitTrustedDiagnosticEvent({ type: "tool.execution.completed", ...facts, durationMs });
  }
}

function factsOf(
  { runId, sessionId, sessionKey, agentId }: AttemptParams,
  { toolName, toolCallId }: ToolCallFact,
): {
  runId: string;
  sessionId: string;
  sessionKey?: string;
  agentId?: string;
  toolName: string;
  toolSource: "mcp" | "core";
  toolOwner: string;
  toolCallId: string;
} {
  return {
    runId,
    sessionId,
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(agentId === undefined ? {} : { agentId }),
    toolName,
    toolSource: toolName.startsWith("mcp__") ? "mcp" : "core",
    toolOwner: HARNESS_ID,
    toolCallId,
  };
}
