import type { SettledTurn } from "../bridge/turn.ts";
import { BRIDGE_MODEL_ID, HARNESS_ID, PROVIDER_ID } from "../config/identifiers.ts";
import type { AssistantMessage, AttemptParams, AttemptResult } from "./harness-types.ts";
import type { TranscriptReceipt } from "./transcript-mirror.ts";

/** Claude Code's own record of a turn as the assistant message of OpenClaw's transcript. */
export function assistantMessageOf(outcome: SettledTurn, now: number): AssistantMessage {
  const {
    inputTokens = 0,
    outputTokens = 0,
    cacheReadTokens = 0,
    cacheWriteTokens = 0,
  } = outcome.usage ?? {};
  return {
    role: "assistant",
    content: [{ type: "text", text: outcome.text }],
    api: "anthropic-messages",
    provider: PROVIDER_ID,
    model: BRIDGE_MODEL_ID,
    usage: {
      input: inputTokens,
      output: outputTokens,
      cacheRead: cacheReadTokens,
      cacheWrite: cacheWriteTokens,
      totalTokens: inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens,
      // The money is Claude's affair and arrives per session, not per token.
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
    },
    stopReason: outcome.kind === "cancelled" ? "aborted" : "stop",
    timestamp: now,
  };
}

/** What the host takes back from an attempt that was carried out or cancelled. */
export function attemptResultOf(
  params: AttemptParams,
  turn: {
    outcome: SettledTurn;
    assistant: AssistantMessage | undefined;
    receipt: TranscriptReceipt;
    lastToolError: AttemptResult["lastToolError"];
  },
): AttemptResult {
  const { outcome, assistant, receipt, lastToolError } = turn;
  const { toolCalls } = outcome;
  const acted = toolCalls.length > 0;
  const replay = { hadPotentialSideEffects: acted, replaySafe: !acted && outcome.text === "" };
  return {
    terminal: outcome.kind === "completed" ? { kind: "ok" } : { kind: "aborted", source: "external" },
    sessionIdUsed: params.sessionId,
    agentHarnessId: HARNESS_ID,
    messagesSnapshot: assistant === undefined ? [] : [assistant],
    assistantTexts: outcome.text === "" ? [] : [outcome.text],
    lastAssistant: assistant,
    currentAttemptAssistant: assistant,
    toolMetas: toolCalls.map((call) => ({
      toolName: call.toolName,
      toolCallId: call.toolCallId,
      meta: call.title,
      isError: call.status === "failed",
    })),
    didSendViaMessagingTool: false,
    messagingToolSentTexts: [],
    messagingToolSentMediaUrls: [],
    messagingToolSentTargets: [],
    cloudCodeAssistFormatError: false,
    replayMetadata: replay,
    currentAttemptReplayMetadata: replay,
    itemLifecycle: itemLifecycleOf(outcome),
    ...(lastToolError === undefined ? {} : { lastToolError }),
    ...(receipt.owned
      ? { assistantTranscriptOwned: true, assistantTranscriptIdempotencyKey: receipt.idempotencyKey }
      : {}),
    ...usageOf(outcome),
  };
}

function itemLifecycleOf(outcome: SettledTurn): AttemptResult["itemLifecycle"] {
  const activeCount = outcome.toolCalls.filter((call) => call.status === "running").length;
  const startedCount = outcome.toolCalls.length;
  return { startedCount, completedCount: startedCount - activeCount, activeCount };
}

/** An adapter that reports nothing must not wipe what the host knows already. */
function usageOf(outcome: SettledTurn): Partial<AttemptResult> {
  const { usage, contextTokens, contextWindow } = outcome;
  return {
    ...(usage === undefined
      ? {}
      : {
          attemptUsage: {
            input: usage.inputTokens,
            output: usage.outputTokens,
            cacheRead: usage.cacheReadTokens,
            cacheWrite: usage.cacheWriteTokens,
            ...(contextTokens === undefined
              ? {}
              : {
                  contextUsage: {
                    state: "available" as const,
                    promptTokens: contextTokens,
                    totalTokens: contextTokens,
                  },
                }),
          },
        }),
    ...(contextWindow === undefined
      ? {}
      : { contextTokens: contextWindow, contextTokensSource: "runtime" as const }),
  };
}
