import {
  areDiagnosticsEnabledForProcess,
  createDiagnosticTraceContext,
  createDiagnosticTraceContextFromActiveScope,
  emitTrustedDiagnosticEvent,
  freezeDiagnosticTraceContext,
  type DiagnosticTraceContext,
} from "openclaw/plugin-sdk/diagnostic-runtime";
import type { TurnStep } from "../bridge/turn-timeline.ts";
import { totalTokensOf } from "../bridge/turn-usage.ts";
import type { TurnOutcome } from "../bridge/turn.ts";
import { PLUGIN_ID } from "../config/identifiers.ts";
import { hostTokensOf } from "./attempt-usage.ts";
import type { AttemptParams } from "./harness-types.ts";

/** A turn as OpenClaw's diagnostics see it, whose exporters make spans and metrics of it. */
export type TurnDiagnostics = {
  onStep(step: TurnStep): void;
  ended(outcome: TurnOutcome): void;
};

type Phase = { name: string; ms: number; details?: Record<string, string> };

/** The prompt that the agent has. */
type Call = ReturnType<typeof callOf>;

/**
 * Tells OpenClaw's diagnostics of one turn: its wait, its session and its preparation as phases, the time in which Claude
 * Code has the prompt as one model call of the unit `turn`, as OpenClaw does of its own Claude Code runs. Numbers and
 * names alone. Nothing is done while diagnostics are off.
 */
export function createTurnDiagnostics(params: AttemptParams): TurnDiagnostics {
  if (!areDiagnosticsEnabledForProcess()) return { onStep: () => undefined, ended: () => undefined };
  // A turn that waits goes on in the scope of the one before it, so its own is looked at now.
  const scope = createDiagnosticTraceContextFromActiveScope();
  let calls = 0;
  let call: Call | undefined;

  function tellPhase({ name, ms, details = {} }: Phase): void {
    const endedAt = Date.now();
    emitTrustedDiagnosticEvent({
      type: "diagnostic.phase.completed",
      name: `${PLUGIN_ID}.${name}`,
      startedAt: endedAt - ms,
      endedAt,
      durationMs: ms,
      details,
      trace: siblingOf(scope),
    });
  }

  function begin(model: string | null): void {
    calls += 1;
    call = callOf(params, { number: calls, model, trace: siblingOf(scope) });
    emitTrustedDiagnosticEvent({ type: "model.call.started", ...call.facts });
  }

  function end(ending: { error: { code: string; kind?: FailureKind } | null; outcome?: TurnOutcome }): void {
    if (call === undefined) return;
    const { facts, startedAt, firstUpdateMs } = call;
    call = undefined;
    const figures = {
      ...facts,
      durationMs: Date.now() - startedAt,
      ...(firstUpdateMs === undefined ? {} : { timeToFirstByteMs: firstUpdateMs }),
      ...usageOf(ending.outcome),
    };
    const { error } = ending;
    if (error === null) emitTrustedDiagnosticEvent({ type: "model.call.completed", ...figures });
    else {
      const { code: errorCategory, kind } = error;
      const failure = kind === undefined ? {} : { failureKind: kind };
      emitTrustedDiagnosticEvent({ type: "model.call.error", ...figures, errorCategory, ...failure });
    }
  }

  return {
    onStep(step) {
      const { ms } = step;
      switch (step.name) {
        case "started":
          tellPhase({ name: "queue", ms });
          return;
        case "session-ready": {
          const { source, endpoint } = step;
          // Whoever had the prompt before did not answer it.
          end({ error: { code: "superseded" } });
          tellPhase({ name: "session", ms, details: { source, endpoint } });
          return;
        }
        case "prompt-sent":
          end({ error: { code: "superseded" } });
          tellPhase({ name: "prepare", ms });
          begin(step.model);
          return;
        case "first-update":
          if (call !== undefined) call.firstUpdateMs = ms;
          return;
      }
    },
    ended(outcome) {
      end({ error: errorOf(outcome), outcome });
    },
  };
}

function callOf(
  { runId, sessionId, sessionKey, provider, modelId }: AttemptParams,
  { number, model, trace }: { number: number; model: string | null; trace: DiagnosticTraceContext },
) {
  return {
    startedAt: Date.now(),
    firstUpdateMs: undefined as number | undefined,
    facts: {
      runId,
      callId: `${runId}:${PLUGIN_ID}:${number}`,
      sessionId,
      ...(sessionKey === undefined ? {} : { sessionKey }),
      provider,
      model: model ?? modelId,
      api: "claude-code",
      transport: "acp",
      observationUnit: "turn" as const,
      trace,
    },
  };
}

function siblingOf({ traceId, parentSpanId, traceFlags }: DiagnosticTraceContext): DiagnosticTraceContext {
  return freezeDiagnosticTraceContext(
    createDiagnosticTraceContext({
      traceId,
      ...(parentSpanId === undefined ? {} : { parentSpanId }),
      ...(traceFlags === undefined ? {} : { traceFlags }),
    }),
  );
}

type FailureKind = "aborted" | "timeout";

function errorOf(outcome: TurnOutcome): { code: string; kind?: FailureKind } | null {
  if (outcome.kind === "completed") return null;
  if (outcome.kind === "cancelled") return { code: "cancelled", kind: "aborted" };
  const { code } = outcome.error;
  return code === "turn-silent" || code === "turn-deadline" ? { code, kind: "timeout" } : { code };
}

/** What was counted from the text would pass for measured there. */
function usageOf(outcome: TurnOutcome | undefined) {
  const usage = outcome?.usage;
  if (usage === undefined || outcome?.usageEstimated === true) return {};
  return { usage: { ...hostTokensOf(usage), total: totalTokensOf(usage) } };
}
