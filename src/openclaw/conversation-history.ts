import type { HistoryMessage } from "../bridge/turn.ts";
import type { AttemptParams } from "./harness-types.ts";
import { loadTranscriptRuntime, type TranscriptMessage } from "./session-transcript.ts";

/**
 * What a person and the agent have said to each other in this life of the conversation, oldest first, as OpenClaw shows
 * it. Empty without a session of the host's own.
 */
export async function readConversationHistory(params: AttemptParams): Promise<HistoryMessage[]> {
  const { agentId, sessionKey, sessionId, sessionTarget } = params;
  if (sessionKey === undefined || params.sessionPersistence === "detached") return [];
  const runtime = await loadTranscriptRuntime();
  const entries = await runtime.readVisibleSessionTranscriptMessageEntries({
    sessionId,
    sessionKey,
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  });
  return entries.flatMap(({ message, createdAt }) => {
    const { role } = message;
    if (role !== "user" && role !== "assistant") return [];
    return [{ role, text: textOf(message), at: createdAt }];
  });
}

function textOf({ content }: TranscriptMessage): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map(partText).filter(Boolean).join("\n");
}

function partText(part: unknown): string {
  if (typeof part !== "object" || part === null || !("text" in part)) return "";
  return typeof part.text === "string" ? part.text : "";
}
