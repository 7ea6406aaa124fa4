import {
  buildAgentHookContextChannelFields,
  type runAgentEndSideEffects,
  type runAgentHarnessLlmInputHook,
  type runAgentHarnessLlmOutputHook,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { HistoryMessage, TurnOutcome, TurnRequest } from "../bridge/turn.ts";
import { HARNESS_ID } from "../config/identifiers.ts";
import type { AssistantMessage, AttemptParams } from "./harness-types.ts";

export type HookContext = Parameters<typeof runAgentHarnessLlmInputHook>[0]["ctx"];
export type HookMessage = { role: "user" | "assistant"; content: { type: "text"; text: string }[] };

type LlmInputEvent = Parameters<typeof runAgentHarnessLlmInputHook>[0]["event"];
type LlmOutputEvent = Parameters<typeof runAgentHarnessLlmOutputHook>[0]["event"];
type AgentEndEvent = Parameters<typeof runAgentEndSideEffects>[0]["event"];

/** A turn that is over, as hooks are told of it. `prompt`: undefined when it was never handed over. */
export type EndedTurn = {
  outcome: TurnOutcome;
  assistant: AssistantMessage | undefined;
  prompt: string | undefined;
};

export function hookContextOf(params: AttemptParams): HookContext {
  const { runId, agentId, sessionKey, sessionId, workspaceDir, jobId, trigger, inputProvenance } = params;
  return {
    runId,
    jobId,
    agentId,
    sessionKey,
    sessionId,
    workspaceDir,
    trigger,
    inputProvenance,
    modelProviderId: params.provider,
    modelId: params.modelId,
    contextTokenBudget: params.contextTokenBudget,
    contextWindowSource: params.contextWindowInfo?.source,
    contextWindowReferenceTokens: params.contextWindowInfo?.referenceTokens,
    config: params.config,
    channelContext: params.channelContext,
    ...buildAgentHookContextChannelFields(params),
  };
}

export function hookMessageOf({ role, text }: Pick<HistoryMessage, "role" | "text">): HookMessage {
  return { role, content: [{ type: "text", text }] };
}

export function llmInputOf(
  params: AttemptParams,
  { request, history }: { request: TurnRequest; history: HookMessage[] },
): LlmInputEvent {
  const { text, images } = request.message;
  return { ...modelFacts(params), prompt: text, historyMessages: history, imagesCount: images.length };
}

export function llmOutputOf(
  params: AttemptParams,
  { outcome, assistant, prompt }: EndedTurn,
): LlmOutputEvent {
  const { text, usage } = outcome;
  return {
    ...modelFacts(params),
    resolvedRef: `${params.provider}/${params.modelId}`,
    harnessId: HARNESS_ID,
    contextTokenBudget: params.contextTokenBudget,
    prompt,
    assistantTexts: text === "" ? [] : [text],
    lastAssistant: assistant,
    ...(usage === undefined
      ? {}
      : {
          usage: {
            input: usage.inputTokens,
            output: usage.outputTokens,
            cacheRead: usage.cacheReadTokens,
            cacheWrite: usage.cacheWriteTokens,
          },
        }),
  };
}

/** A cancelled turn is no success, and no error either. */
export function agentEndOf(
  params: AttemptParams,
  { outcome, startedAt, assistant, prompt }: EndedTurn & { startedAt: number },
): AgentEndEvent {
  const asked = prompt === undefined ? [] : [hookMessageOf({ role: "user", text: prompt })];
  return {
    runId: params.runId,
    messages: [...asked, ...(assistant === undefined ? [] : [assistant])],
    success: outcome.kind === "completed",
    durationMs: Date.now() - startedAt,
    ...(outcome.kind === "failed" ? { error: outcome.error.toParagraph() } : {}),
  };
}

function modelFacts(params: AttemptParams): {
  runId: string;
  sessionId: string;
  provider: string;
  model: string;
} {
  return {
    runId: params.runId,
    sessionId: params.sessionId,
    provider: params.provider,
    model: params.modelId,
  };
}
