import { setTimeout as delay } from "node:timers/promises";
import {
  awaitAgentEndSideEffects,
  runAgentEndSideEffects,
  runAgentHarnessAfterCompactionHook,
  runAgentHarnessAfterToolCallHook,
  runAgentHarnessBeforeCompactionHook,
  runAgentHarnessLlmInputHook,
  runAgentHarnessLlmOutputHook,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { ToolCallFact, TurnOutcome, TurnRequest } from "../bridge/turn.ts";
import type { AssistantMessage, AttemptParams } from "./harness-types.ts";
import { agentEndOf, hookContextOf, llmInputOf, llmOutputOf, type HookContext } from "./hook-events.ts";
import { createHistoryReader, wantsPromptBuild, withAdditions } from "./prompt-additions.ts";
import { passRunGate } from "./run-gate.ts";
import { toolResultOf } from "./tool-events.ts";
import { failureOf, toolLineOf } from "./tool-lines.ts";

/** How long the hooks of tools and compactions may hold up the end of a turn. */
const HOOKS_MS = 5_000;

/** Other plugins' hooks around one turn. Except `promptBuilt`, none of these ever throws into the turn. */
export type AttemptHooks = {
  /** The turn with what other plugins add to its prompt. Rejects when one of them restricts its tools or blocks it. */
  promptBuilt(request: TurnRequest): Promise<TurnRequest>;
  /** Directly before the turn is handed over. */
  dispatched(request: TurnRequest): Promise<void>;
  /** After the host was told that the call is over. */
  toolEnded(call: ToolCallFact): void;
  compaction(phase: "start" | "end"): void;
  turnEnded(ending: { outcome: TurnOutcome; assistant: AssistantMessage | undefined }): Promise<void>;
};

export function createAttemptHooks(params: AttemptParams, log: (message: string) => void): AttemptHooks {
  const ctx = hookContextOf(params);
  const startedAt = Date.now();
  const history = createHistoryReader(params, log);
  let prompt: string | undefined;
  let afterEarlier: Promise<unknown> = Promise.resolve();

  function failed(error: unknown): void {
    log(`run ${params.runId}: a hook of another plugin failed: ${String(error)}`);
  }

  function inOrder(run: () => Promise<void>): void {
    afterEarlier = afterEarlier.then(run).catch(failed);
  }

  return {
    async promptBuilt(request) {
      const built = wantsPromptBuild(params)
        ? await withAdditions(request, { params, ctx, messages: await history(request) })
        : request;
      await passRunGate(built, { params, ctx, messages: () => history(request) });
      return built;
    },
    async dispatched(request) {
      prompt = request.message.text;
      try {
        params.userTurnTranscriptRecorder?.markSentToProvider?.();
        const event = llmInputOf(params, { request, history: await history(request) });
        runAgentHarnessLlmInputHook({ event, ctx });
      } catch (error) {
        failed(error);
      }
    },
    toolEnded(call) {
      const { toolName, params: startArgs } = toolLineOf(call);
      inOrder(() =>
        runAgentHarnessAfterToolCallHook({
          toolName,
          toolCallId: call.toolCallId,
          startArgs,
          result: toolResultOf(call),
          startedAt: call.startedAt,
          ...(call.status === "failed" ? { error: failureOf(call) } : {}),
          ...toolHookOwner(params, ctx),
        }),
      );
    },
    compaction(phase) {
      const { sessionFile } = params;
      inOrder(() =>
        phase === "start"
          ? runAgentHarnessBeforeCompactionHook({ sessionFile, ctx })
          : // Claude Code does not say how many messages it dropped.
            runAgentHarnessAfterCompactionHook({ sessionFile, ctx, compactedCount: -1 }),
      );
    },
    async turnEnded({ outcome, assistant }) {
      await Promise.race([afterEarlier, delay(HOOKS_MS, undefined, { ref: false })]);
      const turn = { outcome, assistant, prompt };
      try {
        if (wasAnswered(outcome)) runAgentHarnessLlmOutputHook({ event: llmOutputOf(params, turn), ctx });
        const event = agentEndOf(params, { ...turn, startedAt });
        if (isInteractive(params)) runAgentEndSideEffects({ event, ctx });
        else await awaitAgentEndSideEffects({ event, ctx });
      } catch (error) {
        failed(error);
      }
    },
  };
}

function toolHookOwner(
  params: AttemptParams,
  { channelId }: HookContext,
): Pick<
  Parameters<typeof runAgentHarnessAfterToolCallHook>[0],
  "runId" | "agentId" | "sessionId" | "sessionKey" | "channelId"
> {
  const { runId, agentId, sessionId, sessionKey } = params;
  return { runId, agentId, sessionId, sessionKey, channelId };
}

/** Claude Code had the prompt and said something. */
function wasAnswered(outcome: TurnOutcome): boolean {
  return outcome.text !== "" && (outcome.kind !== "failed" || outcome.accepted);
}

/** Nobody waits in a channel for a run that comes from the command line or a schedule: its process may end with it. */
function isInteractive({ messageChannel, messageProvider }: AttemptParams): boolean {
  return Boolean(messageChannel) || Boolean(messageProvider);
}
