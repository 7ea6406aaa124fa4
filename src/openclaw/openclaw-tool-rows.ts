import { runAgentHarnessBeforeMessageWriteHook } from "openclaw/plugin-sdk/agent-harness-runtime";
import { NOTHING_USED } from "./attempt-usage.ts";
import { clipped } from "./clipped.ts";
import type { AttemptParams } from "./harness-types.ts";
import type { HostToolCallRecord } from "./openclaw-tools.ts";
import { loadTranscriptRuntime, type TranscriptRow } from "./session-transcript.ts";

/** How much of an argument and of a result is kept; OpenClaw's own agents keep as much of theirs. */
const KEPT_LIMIT = 20_000;

/**
 * Writes a call of one of OpenClaw's tools into its transcript, as its own agents' calls stand there: what was called and
 * what came of it. At once, so that it stands there too when the turn does not end well. Each row once for its call.
 */
export async function writeToolRows(params: AttemptParams, call: HostToolCallRecord): Promise<void> {
  const { toolCallId, toolName, input, offered } = call;
  const now = Date.now();
  await write(params, `${toolCallId}:call`, {
    role: "assistant",
    content: [{ type: "toolCall", id: toolCallId, name: toolName, arguments: argumentsOf(input) }],
    api: "anthropic-messages",
    provider: params.provider,
    model: params.modelId,
    // Counted with the turn's answer.
    usage: NOTHING_USED,
    stopReason: "toolUse",
    timestamp: now,
  });
  await write(params, `${toolCallId}:result`, {
    role: "toolResult",
    toolCallId,
    toolName,
    content: offered.content.map((part) =>
      part.type === "text"
        ? { type: "text", text: part.text.slice(0, KEPT_LIMIT).toWellFormed() }
        : { type: "text", text: `[image ${part.mimeType}]` },
    ),
    isError: offered.isError,
    timestamp: now,
  });
}

function argumentsOf(input: Record<string, unknown>): Record<string, unknown> {
  const kept = clipped(input, KEPT_LIMIT);
  return typeof kept === "object" && kept !== null ? { ...kept } : {};
}

async function write(params: AttemptParams, key: string, message: TranscriptRow): Promise<void> {
  const { sessionKey, sessionId, runId, sessionTarget, agentId } = params;
  if (sessionKey === undefined || params.sessionPersistence === "detached") return;
  const prepared = runAgentHarnessBeforeMessageWriteHook({
    message,
    sessionKey,
    ...(agentId === undefined ? {} : { agentId }),
  });
  // Another plugin's hook decided that this row is not to be kept.
  if (prepared === null) return;
  const runtime = await loadTranscriptRuntime();
  await runtime.appendSessionTranscriptMessageByIdentityStrict({
    sessionId,
    sessionKey,
    runId,
    cwd: params.workspaceDir,
    config: params.config,
    message: { ...prepared, idempotencyKey: `contractor-agent:${runId}:${key}` },
    idempotencyLookup: "scan",
    updateMode: "inline",
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  });
}
