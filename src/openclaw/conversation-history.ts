import { getSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import type { HistoryMessage } from "../bridge/turn.ts";
import { HOST_CALLS } from "../config/trace-channels.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import type { AttemptParams } from "./harness-types.ts";
import {
  loadTranscriptRuntime,
  type TranscriptEvent,
  type TranscriptMessage,
  type TranscriptTarget,
  type VisibleTranscriptEntry,
} from "./session-transcript.ts";

/**
 * What a person and the agent have said to each other in this life of the conversation, oldest first, as OpenClaw shows
 * it. Empty without a session of the host's own.
 */
export async function readConversationHistory(params: AttemptParams): Promise<HistoryMessage[]> {
  const { agentId, sessionKey, sessionId, sessionTarget } = params;
  if (sessionKey === undefined || params.sessionPersistence === "detached") return [];
  return readHistoryOf({
    sessionId,
    sessionKey,
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  });
}

/** The same for whoever is in no turn of it. Empty when OpenClaw does not know the conversation. */
export async function readStoredHistory(key: ConversationKey): Promise<HistoryMessage[]> {
  const { agentId, openclawSessionKey: sessionKey } = key;
  const sessionId = getSessionEntry({ agentId, sessionKey })?.sessionId;
  return sessionId === undefined ? [] : readHistoryOf({ agentId, sessionKey, sessionId });
}

async function readHistoryOf(target: TranscriptTarget): Promise<HistoryMessage[]> {
  const runtime = await loadTranscriptRuntime();
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
