import { resolveAgentRunAbortLifecycleFields } from "openclaw/plugin-sdk/agent-harness-runtime";
import { emitTrustedDiagnosticEvent } from "openclaw/plugin-sdk/diagnostic-runtime";
import type { RetryNotice } from "../acp/acp-adapter.ts";
import type { PlanEntry, TurnEvent } from "../bridge/turn.ts";
import { PROVIDER_ID } from "../config/identifiers.ts";
import { createAttemptWatchers, type AttemptWatchers } from "./attempt-watchers.ts";
import type { AttemptParams } from "./harness-types.ts";
import { plainLine } from "./plain-text.ts";
import { createToolEvents } from "./tool-events.ts";

/** Reports one turn to everybody who watches it. */
export type AttemptEvents = {
  /** Told as soon as the turn waits for anything, and before whatever else is told of it. */
  turnStarted(): void;
  /** Claude Code has the turn. Told as `turnStarted`. Idempotent; any event says so, too. */
  handedOver(): void;
  onEvent(event: TurnEvent): void;
  /** Resolves once every watcher has had everything, or the slowest one its time. */
  turnEnded(ending: { error?: string; aborted?: AbortSignal }): Promise<void>;
};

const PLAN_STEP_LIMIT = 300;
/** How often Claude Code tries a request again by default; the host's own event knows no more than ten, either. */
const CLAUDE_MAX_ATTEMPTS = 10;

export function createAttemptEvents(params: AttemptParams, log: (message: string) => void): AttemptEvents {
  const startedAt = Date.now();
  const watchers = createAttemptWatchers(params, log);
  const speech = createSpeechEvents(params, watchers);
  const tools = createToolEvents(params, watchers);
  const alive = createSignsOfLife(params, watchers);
  let started = false;
  let accepted = false;
  let compacting = false;

  // Whoever listens in the host takes some milliseconds for these two, which a warm turn would wait for.
  function turnStarted(): void {
    if (started) return;
    started = true;
    watchers.notify(() => params.onExecutionStarted?.());
    watchers.emit({ stream: "lifecycle", data: { phase: "start", startedAt } });
  }

  function handedOver(): void {
    turnStarted();
    if (accepted) return;
    accepted = true;
    watchers.notify(() => params.onExecutionPhase?.({ phase: "turn_accepted", ...modelOf(params) }));
  }

  function onCompaction(phase: "start" | "end", completed = phase === "end"): void {
    compacting = phase === "start";
    const data = { phase, backend: PROVIDER_ID };
    watchers.emit({ stream: "compaction", data: phase === "start" ? data : { ...data, completed } });
  }

  function onEvent(event: TurnEvent): void {
    handedOver();
    switch (event.type) {
      case "text":
        speech.onText(event);
        return;
      case "reasoning":
        speech.onReasoning(event);
        return;
      case "reasoning-end":
        watchers.callback(() => params.onReasoningEnd?.());
        return;
      case "tool-start":
        alive.toolStarted(event.call);
        tools.started(event.call);
        return;
      case "tool-progress":
        alive.progressed("tool");
        tools.goesOn(event.call);
        return;
      case "tool-end":
        tools.ended(event.call);
        return;
      case "plan":
        watchers.emit({ stream: "plan", data: planOf(event.entries) });
        return;
      case "compaction":
        onCompaction(event.phase);
        return;
      case "retry":
        watchers.emit({ stream: "run_status", data: retryStatusOf(event.notice) });
        return;
      case "waiting":
        watchers.emit({ stream: "run_status", data: waitingStatusOf(event.busy) });
        return;
      case "progress":
        alive.progressed("turn");
        return;
    }
  }

  return {
    turnStarted: () => void setImmediate(turnStarted),
    handedOver: () => void setImmediate(handedOver),
    onEvent,
    async turnEnded({ error, aborted }) {
      turnStarted();
      if (compacting) onCompaction("end", false);
      // With deferTerminalLifecycle the host itself says the last word, after fallbacks.
      const phase = params.deferTerminalLifecycle ? "finishing" : error === undefined ? "end" : "error";
      const endedAt = Date.now();
      watchers.emit({
        stream: "lifecycle",
        data: {
          phase,
          startedAt,
          endedAt,
          ...(error === undefined ? {} : { error }),
          ...(aborted === undefined
            ? {}
            : { aborted: true, ...resolveAgentRunAbortLifecycleFields(aborted) }),
        },
      });
      // After the attempt the host no longer takes what its callbacks are given.
      await watchers.drained();
    },
  };
}

type Speech = { delta: string; text: string };

function createSpeechEvents(
  params: AttemptParams,
  watchers: AttemptWatchers,
): { onText(speech: Speech): void; onReasoning(speech: Speech): void } {
  let answering = false;
  return {
    onText({ delta, text }) {
      if (!answering) {
        answering = true;
        watchers.notify(() =>
          params.onExecutionPhase?.({ phase: "assistant_output_started", ...modelOf(params) }),
        );
        watchers.callback(() => params.onAssistantMessageStart?.());
      }
      watchers.emit({ stream: "assistant", data: { text, delta } });
      watchers.callback(() => params.onPartialReply?.({ text, delta }));
    },
    onReasoning({ delta, text }) {
      watchers.emit({ stream: "thinking", data: { text, delta } });
      watchers.callback(() => params.onReasoningStream?.({ text }));
    },
  };
}

/**
 * What keeps the host's detectors of stuck runs and lanes quiet. The bridge tells it every few seconds at most, and
 * only while something really happens.
 */
function createSignsOfLife(
  params: AttemptParams,
  watchers: AttemptWatchers,
): {
  progressed(reason: "turn" | "tool"): void;
  toolStarted(call: { toolName: string; toolCallId: string }): void;
} {
  const { runId, sessionId, sessionKey } = params;
  return {
    progressed(reason) {
      watchers.notify(() => params.onRunProgress?.({ reason: `contractor:${reason}`, ...modelOf(params) }));
      watchers.notify(() => {
        emitTrustedDiagnosticEvent({
          type: "run.progress",
          runId,
          sessionId,
          reason: `contractor:${reason}`,
          ...(sessionKey === undefined ? {} : { sessionKey }),
        });
      });
    },
    toolStarted({ toolName, toolCallId }) {
      watchers.notify(() =>
        params.onExecutionPhase?.({
          phase: "tool_execution_started",
          tool: toolName,
          toolCallId,
          ...modelOf(params),
        }),
      );
    },
  };
}

function modelOf(params: AttemptParams): { provider: string; model: string; backend: string } {
  return { provider: params.provider, model: params.modelId, backend: PROVIDER_ID };
}

/** The plan in the shape in which the host shows plans of its own. */
function planOf(entries: PlanEntry[]): Record<string, unknown> & { phase: string } {
  const steps = entries.map(({ content, status }) => ({ step: plainLine(content, PLAN_STEP_LIMIT), status }));
  return { phase: "update", title: "Plan updated", source: PROVIDER_ID, steps };
}

/** The Control UI shows the phase, verbose listeners the words. */
function waitingStatusOf(busy: number): Record<string, unknown> & { phase: string } {
  return {
    phase: "starting_model",
    message: `All ${busy} Claude sessions are busy. Waiting for one of them.`,
  };
}

/** The host's own words for a request that is tried again; the Control UI counts the attempts of a rate limit. */
function retryStatusOf({
  status,
  attempt,
  delayMs,
}: RetryNotice): Record<string, unknown> & { phase: string } {
  const wait = delayMs === undefined ? "now" : `in ${Math.ceil(delayMs / 1_000)}s`;
  const what =
    status === undefined ? "Claude's endpoint did not answer" : `Claude's endpoint answered ${status}`;
  return {
    phase: "retrying",
    message: `${what}. Retrying ${wait} (${attempt}/${CLAUDE_MAX_ATTEMPTS}).`,
    attempt: Math.min(attempt, CLAUDE_MAX_ATTEMPTS),
    maxAttempts: CLAUDE_MAX_ATTEMPTS,
    reason: status === 429 ? "rate_limit" : "overloaded",
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}
