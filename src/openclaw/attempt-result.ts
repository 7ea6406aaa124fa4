import { classifyAgentHarnessTerminalOutcome } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { SettledTurn, TurnOutcome } from "../bridge/turn.ts";
import { HARNESS_ID } from "../config/identifiers.ts";
import { toolMetasOf, type AttemptTools } from "./attempt-tools.ts";
import { attemptUsageOf, messageUsageOf } from "./attempt-usage.ts";
import type { AssistantMessage, AttemptParams, AttemptResult } from "./harness-types.ts";
import type { OpenClawToolEvidence } from "./openclaw-tool-evidence.ts";
import type { TranscriptReceipt } from "./transcript-mirror.ts";

/** What was said before a turn failed is shown as it was: the host would put its own guess at the error around an "error". */
const STOP_REASONS = { completed: "stop", cancelled: "aborted", failed: "aborted" } as const;

/** Claude Code's own record of a turn as the assistant message of OpenClaw's transcript: what the person was shown. */
export function assistantMessageOf(
  params: AttemptParams,
  { outcome, now }: { outcome: TurnOutcome; now: number },
): AssistantMessage {
  return {
    role: "assistant",
    content: [{ type: "text", text: outcome.text }],
    api: "anthropic-messages",
    provider: params.provider,
    model: params.modelId,
    usage: messageUsageOf(outcome),
    stopReason: STOP_REASONS[outcome.kind],
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
    tools: Pick<AttemptTools, "lastToolError" | "sideEffects">;
    evidence: OpenClawToolEvidence;
    compactionCount: number;
  },
): AttemptResult {
  const { outcome, assistant, receipt, tools, evidence, compactionCount } = turn;
  const { toolCalls } = outcome;
  const said = outcome.text !== "";
  const replay = {
    hadPotentialSideEffects: tools.sideEffects,
    replaySafe: toolCalls.length === 0 && !said,
  };
  return {
    terminal: outcome.kind === "completed" ? { kind: "ok" } : { kind: "aborted", source: "external" },
    sessionIdUsed: params.sessionId,
    agentHarnessId: HARNESS_ID,
    messagesSnapshot: assistant === undefined ? [] : [assistant],
    assistantTexts: said ? [outcome.text] : [],
    lastAssistant: assistant,
    currentAttemptAssistant: assistant,
    toolMetas: toolMetasOf(toolCalls),
    ...evidence,
    cloudCodeAssistFormatError: false,
    replayMetadata: replay,
    currentAttemptReplayMetadata: replay,
    itemLifecycle: { startedCount: toolCalls.length, completedCount: toolCalls.length, activeCount: 0 },
    ...classificationOf(outcome),
    ...(tools.lastToolError === undefined ? {} : { lastToolError: tools.lastToolError }),
    ...(compactionCount === 0 ? {} : { compactionCount }),
    ...(receipt.owned
      ? { assistantTranscriptOwned: true, assistantTranscriptIdempotencyKey: receipt.idempotencyKey }
      : {}),
    ...attemptUsageOf(outcome),
  };
}

/** The host's own judgement of a turn that ended without an answer; one that used tools is never given to another model. */
function classificationOf(outcome: SettledTurn): Partial<AttemptResult> {
  if (outcome.toolCalls.length > 0) return {};
  const classification = classifyAgentHarnessTerminalOutcome({
    assistantTexts: outcome.text === "" ? [] : [outcome.text],
    reasoningText: outcome.reasoning,
    planText: outcome.plan.map(({ content }) => content).join("\n"),
    turnCompleted: outcome.kind === "completed",
  });
  return classification === undefined ? {} : { agentHarnessResultClassification: classification };
}
