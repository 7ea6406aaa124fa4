import { CLI_ROOT } from "../../config/identifiers.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import { findClaudeTranscript } from "../claude-transcripts.ts";
import type { EndReason, SessionMapEntry } from "../session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../session-map/session-map-store.ts";
import { readClaudeConversation } from "./claude-conversation.ts";
import { inOrderOfTime, type ConversationMessage } from "./conversation-message.ts";

export type OpenedConversation = {
  /** Whose record it is read from. */
  source: "claude" | "openclaw";
  messages: AsyncIterable<ConversationMessage>;
};

/** After these, the conversation went on in another session with what this one knew. */
const WENT_ON: EndReason[] = ["rotated", "lost", "moved"];

/**
 * The latest life of a conversation: from Claude's transcripts, or, where one of those is gone, from what OpenClaw has.
 * Errors: `session-unknown` when neither has anything, and those of the store.
 */
export async function openConversation(
  key: ConversationKey,
  from: {
    store: Pick<SessionMapStore, "latest" | "list">;
    /** Where Claude Code's folders are looked for. */
    environment: Record<string, string>;
    readOpenClawHistory: (key: ConversationKey) => Promise<ConversationMessage[]>;
  },
): Promise<OpenedConversation> {
  const sessions = await latestLife(key, from.store);
  const found = await Promise.all(
    sessions.map(({ claudeSessionId, workspace, transcript: path }) =>
      findClaudeTranscript(claudeSessionId, from.environment, {
        workspace,
        ...(path === undefined ? {} : { path }),
      }),
    ),
  );
  const transcripts = found.flatMap((transcript) => (transcript === null ? [] : [transcript.path]));
  if (transcripts.length > 0 && transcripts.length === sessions.length)
    return { source: "claude", messages: inOrderOfTime(transcripts.map(readClaudeConversation)) };
  const history = await from.readOpenClawHistory(key);
  if (history.length === 0) throw unknown(key);
  return { source: "openclaw", messages: inOrderOfTime([listed(history)]) };
}

/** The Claude sessions that the conversation has been in since it was begun last. */
async function latestLife(
  key: ConversationKey,
  store: Pick<SessionMapStore, "latest" | "list">,
): Promise<SessionMapEntry[]> {
  const latest = await store.latest(key);
  if (latest === null) return [];
  const entries = await store.list(key.agentId);
  const earlier = entries.filter(
    ({ openclawSessionKey, claudeSessionId, historyFrom, endedBy }) =>
      openclawSessionKey === key.openclawSessionKey &&
      claudeSessionId !== latest.claudeSessionId &&
      historyFrom === latest.historyFrom &&
      endedBy !== undefined &&
      WENT_ON.includes(endedBy),
  );
  return [...earlier, latest];
}

async function* listed(messages: ConversationMessage[]): AsyncGenerator<ConversationMessage> {
  yield* await Promise.resolve(messages);
}

function unknown({ agentId, openclawSessionKey }: ConversationKey): ContractorError {
  return new ContractorError("session-unknown", {
    message: `Neither Claude Code nor OpenClaw has a record of the conversation ${openclawSessionKey} of ${agentId}.`,
    mend: `Run \`openclaw ${CLI_ROOT} sessions --agent-id ${agentId}\` for the conversations that there are.`,
  });
}
