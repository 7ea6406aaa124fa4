import { setTimeout as delay } from "node:timers/promises";
import { emitAgentEvent } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { ToolCallFact, TurnEvent } from "../bridge/turn.ts";
import { PROVIDER_ID } from "../config/identifiers.ts";
import type { AttemptParams } from "./harness-types.ts";

type HostEvent = Parameters<NonNullable<AttemptParams["onAgentEvent"]>>[0];

/** Reports one turn to everybody who watches it. */
export type AttemptEvents = {
  turnStarted(): void;
  onEvent(event: TurnEvent): void;
  /** Resolves once every watcher has had everything, or the slowest one its time. */
  turnEnded(ending: { error?: string; aborted?: boolean }): Promise<void>;
};

/** How long a watcher may hold up the end of a turn. */
const WATCHERS_MS = 5_000;

/**
 * Gateway clients (SSE, Control UI) hear of a turn through the process-wide agent events, channels through the
 * attempt's own callbacks: both get everything, in order. What a watcher does with it must not disturb the turn.
 */
export function createAttemptEvents(params: AttemptParams, log: (message: string) => void): AttemptEvents {
  const startedAt = Date.now();
  let answering = false;
  let afterEarlier: Promise<unknown> = Promise.resolve();

  function callback(run: () => unknown): void {
    afterEarlier = afterEarlier.then(run).catch((error: unknown) => {
      log(`a watcher of run ${params.runId} failed: ${String(error)}`);
    });
  }

  function emit(event: HostEvent): void {
    const { runId, sessionKey } = params;
    emitAgentEvent({ runId, ...event, ...(sessionKey === undefined ? {} : { sessionKey }) });
    callback(() => params.onAgentEvent?.(event));
  }

  function onText(event: { delta: string; text: string }): void {
    const { delta, text } = event;
    if (!answering) {
      answering = true;
      params.onExecutionPhase?.({ phase: "assistant_output_started", ...modelOf(params) });
      callback(() => params.onAssistantMessageStart?.());
    }
    emit({ stream: "assistant", data: { text, delta } });
    callback(() => params.onPartialReply?.({ text, delta }));
  }

  function onReasoning(event: { delta: string; text: string }): void {
    const { delta, text } = event;
    emit({ stream: "thinking", data: { text, delta } });
    callback(() => params.onReasoningStream?.({ text }));
  }

  return {
    turnStarted() {
      params.onExecutionStarted?.();
      emit({ stream: "lifecycle", data: { phase: "start", startedAt } });
    },
    onEvent(event) {
      switch (event.type) {
        case "text":
          onText(event);
          return;
        case "reasoning":
          onReasoning(event);
          return;
        case "reasoning-end":
          callback(() => params.onReasoningEnd?.());
          return;
        case "tool-start":
          params.onExecutionPhase?.({
            phase: "tool_execution_started",
            tool: event.call.toolName,
            toolCallId: event.call.toolCallId,
            ...modelOf(params),
          });
          emit({ stream: "tool", data: { phase: "start", ...toolFacts(event.call) } });
          return;
        case "tool-end":
          emit({
            stream: "tool",
            data: { phase: "result", isError: event.call.status === "failed", ...toolFacts(event.call) },
          });
          return;
      }
    },
    async turnEnded({ error, aborted }) {
      // With deferTerminalLifecycle the host itself says the last word, after fallbacks.
      const phase = params.deferTerminalLifecycle ? "finishing" : error === undefined ? "end" : "error";
      emit({
        stream: "lifecycle",
        data: {
          phase,
          startedAt,
          endedAt: Date.now(),
          ...(error === undefined ? {} : { error }),
          ...(aborted ? { aborted: true } : {}),
        },
      });
      // After the attempt the host no longer takes what its callbacks are given.
      await Promise.race([afterEarlier, delay(WATCHERS_MS, undefined, { ref: false })]);
    },
  };
}

function modelOf(params: AttemptParams): { provider: string; model: string; backend: string } {
  return { provider: params.provider, model: params.modelId, backend: PROVIDER_ID };
}

function toolFacts(call: ToolCallFact): Record<string, unknown> & { args?: Record<string, unknown> } {
  const args = typeof call.input === "object" && call.input !== null ? { args: { ...call.input } } : {};
  return { name: call.toolName, toolCallId: call.toolCallId, meta: call.title, ...args };
}
