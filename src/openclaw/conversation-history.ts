import type { HistoryMessage } from "../bridge/turn.ts";
import { HOST_CALLS } from "../config/trace-channels.ts";
import type { AttemptParams } from "./harness-types.ts";
import {
  loadTranscriptRuntime,
  type TranscriptEvent,
  type TranscriptMessage,
  type VisibleTranscriptEntry,
} from "./session-transcript.ts";

/**
 * What a person and the agent have said to each other in this life of the conversation, oldest first, as OpenClaw shows
 * it. Empty without a session of the host's own.
 */
export async function readConversationHistory(params: AttemptParams): Promise<HistoryMessage[]> {
  const { agentId, sessionKey, sessionId, sessionTarget } = params;
  if (sessionKey === undefined || params.sessionPersistence === "detached") return [];
  const runtime = await loadTranscriptRuntime();
  const target = {
    sessionId,
    sessionKey,
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  };
  const [visible, events] = await HOST_CALLS.tracePromise(
    () =>
      Promise.all([
        runtime.readVisibleSessionTranscriptMessageEntries(target),
        runtime.readSessionTranscriptEvents(target),
      ]),
    { call: "read-history" },
  );
  return sinceLastReset(visible, events).flatMap(({ message, createdAt }) => {
    const { role } = message;
    if (role !== "user" && role !== "assistant") return [];
    return [{ role, text: textOf(message), at: createdAt }];
  });
}

/**
 * A reset keeps the session and its rows and puts an event of the type `reset` between them; OpenClaw goes on showing
 * what was before it. Rows form a tree, so the way goes from the latest one back to its nearest reset.
 */
export function sinceLastReset(
  visible: VisibleTranscriptEntry[],
  events: TranscriptEvent[],
): VisibleTranscriptEntry[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const since = new Set<string>();
  let event = byId.get(visible.at(-1)?.entryId);
  while (event?.id !== undefined && event.type !== "reset" && !since.has(event.id)) {
    since.add(event.id);
    event = byId.get(event.parentId ?? undefined);
  }
  return visible.filter(({ entryId }) => since.has(entryId));
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
