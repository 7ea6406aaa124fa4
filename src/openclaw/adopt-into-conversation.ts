import type { HostConversations } from "./host-conversations.ts";
import { readNativePage } from "./native-session-page.ts";
import type { NativeSessions } from "./native-sessions.ts";

/**
 * The conversation that a Claude session is continued in: its own already, or a new one with what was said so far. Resolves
 * to its session key. Rejects as `NativeSessions.adopt` and `HostConversations.create`.
 */
export async function adoptIntoNewConversation(
  { natives, conversations }: { natives: NativeSessions; conversations: HostConversations },
  { agentId, claudeSessionId }: { agentId: string; claudeSessionId: string },
): Promise<string> {
  const session = (await natives.list({ agentId })).find(
    (known) => known.claudeSessionId === claudeSessionId,
  );
  if (session?.usedBy?.agentId === agentId) return session.usedBy.openclawSessionKey;
  const key = { agentId, openclawSessionKey: `agent:${agentId}:claude-${claudeSessionId}` };
  // It was made before, and has been reset since.
  if (conversations.has(key)) {
    await natives.adopt(key, claudeSessionId);
    return key.openclawSessionKey;
  }
  return conversations.create({
    ...{ key, title: session?.title ?? claudeSessionId },
    bind: (created) => natives.adopt(created, claudeSessionId),
    history: {
      claudeSessionId,
      read: (page) => readNativePage(natives, { ...page, agentId, claudeSessionId }),
    },
  });
}
