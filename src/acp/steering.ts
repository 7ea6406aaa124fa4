import type { PromptImage } from "./acp-adapter.ts";
import type { SessionParts } from "./agent-session.ts";
import { promptBlocks } from "./prompt-outcome.ts";

const STEERING_MS = 10_000;

/** What claude-agent-acp calls it; ACP has no steering. */
const STEERING_METHOD = "_session/steering";

/**
 * Gives the running turn another message. An idle agent is told to take none: by default it would begin a turn that
 * nobody hears of.
 */
export async function steer(
  session: Pick<SessionParts, "sessionId" | "capabilities" | "connection" | "router">,
  message: { text: string; images: PromptImage[] },
): Promise<boolean> {
  const { sessionId, capabilities, connection, router } = session;
  if (!capabilities.steering || router.takenTurn === null || router.takenTurn.signal.aborted) return false;
  const answer = await connection.request<{ outcome?: string } | null>(
    STEERING_METHOD,
    { sessionId, prompt: promptBlocks(message), _meta: { steering: { idleBehavior: "promptRequired" } } },
    STEERING_MS,
  );
  return answer?.outcome === "injected";
}
