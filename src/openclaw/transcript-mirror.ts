import { runAgentHarnessBeforeMessageWriteHook } from "openclaw/plugin-sdk/agent-harness-runtime";
import { HOST_CALLS } from "../config/trace-channels.ts";
import type { AssistantMessage, AttemptParams } from "./harness-types.ts";
import { loadTranscriptRuntime } from "./session-transcript.ts";

/** What the host must know of the row that holds the answer. */
export type TranscriptReceipt = { owned: true; idempotencyKey: string } | { owned: false };

/**
 * Writes the answer into OpenClaw's transcript, exactly once for a run: the host writes the question, not the answer.
 * A detached run has no transcript of its own, and a row that the host refuses (the session was reset meanwhile)
 * must not come back by another way.
 */
export async function mirrorAssistantMessage(
  params: AttemptParams,
  message: AssistantMessage,
): Promise<TranscriptReceipt> {
  const { sessionKey, sessionId, runId, sessionTarget } = params;
  if (sessionKey === undefined || params.sessionPersistence === "detached") return { owned: false };
  const prepared = runAgentHarnessBeforeMessageWriteHook({
    message,
    sessionKey,
    ...(params.agentId === undefined ? {} : { agentId: params.agentId }),
    ...(params.prepareAssistantTranscriptMessage === undefined
      ? {}
      : { prepareAssistantTranscriptMessage: params.prepareAssistantTranscriptMessage }),
  });
  // Another plugin's hook decided that this row is not to be kept.
  if (prepared?.role !== "assistant") return { owned: false };
  const runtime = await loadTranscriptRuntime();
  // The host writes what was said before a chat.abort, under this key; whoever comes second adds no row.
  const idempotencyKey =
    message.stopReason === "aborted" ? `${runId}:assistant` : `contractor-agent:${runId}:assistant`;
  const row = {
    sessionId,
    sessionKey,
    runId,
    cwd: params.workspaceDir,
    config: params.config,
    message: { ...prepared, idempotencyKey },
    idempotencyLookup: "scan",
    updateMode: "inline",
    ...(params.agentId === undefined ? {} : { agentId: params.agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  } as const;
  const appended = await HOST_CALLS.tracePromise(
    () => runtime.appendSessionTranscriptMessageByIdentityStrict(row),
    { call: "append-answer" },
  );
  return appended.kind === "result" ? { owned: true, idempotencyKey } : { owned: false };
}
