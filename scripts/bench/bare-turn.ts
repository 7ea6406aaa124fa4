import type { AgentSession } from "../../src/acp/acp-adapter.ts";

const TURN_LIMIT_MS = 60_000;

/** One turn of a session that nobody is asked about; resolves to the answer. Rejects when it does not end regularly. */
export async function takeBareTurn(session: AgentSession, text: string): Promise<string> {
  let answer = "";
  const { stopReason } = await session.prompt({
    text,
    images: [],
    signal: AbortSignal.timeout(TURN_LIMIT_MS),
    onUpdate(update) {
      if (update.sessionUpdate !== "agent_message_chunk" || update.content.type !== "text") return;
      answer += update.content.text;
    },
    onBeforeToolCall: () => Promise.resolve({ allow: true }),
    onPermissionRequest: () => Promise.resolve("deny"),
    onQuestion: () => Promise.resolve({ action: "decline" }),
    onRetry: () => undefined,
  });
  if (stopReason !== "end_turn") throw new Error(`A turn ended with ${stopReason}.`);
  return answer;
}
