import { FaultError } from "./fault-error.ts";

/** Seconds. */
const RETRY_AFTER = "5";

/** How many turns are under way, and in which conversations. What was let in is let go by calling what came back. */
export type TurnAdmission = {
  readonly running: number;
  /** Throws `FaultError` 429 when `limit` requests are being served. */
  admit(limit: number): () => void;
  /** Throws `FaultError` 409 when the conversation has a turn of a client's already. */
  claim(sessionKey: string): () => void;
};

export function createTurnAdmission(): TurnAdmission {
  const admitted = new Set<object>();
  const conversations = new Set<string>();
  return {
    get running() {
      return admitted.size;
    },
    admit(limit) {
      if (admitted.size >= limit) {
        throw new FaultError(
          429,
          `As many turns are under way as may be at once (${limit}). Try again later.`,
          {
            "retry-after": RETRY_AFTER,
          },
        );
      }
      const request = {};
      admitted.add(request);
      return () => void admitted.delete(request);
    },
    claim(sessionKey) {
      const conversation = sessionKey.toLowerCase();
      if (conversations.has(conversation)) {
        throw new FaultError(
          409,
          "This conversation is busy with another turn. Try again when that has ended.",
          {
            "retry-after": RETRY_AFTER,
          },
        );
      }
      conversations.add(conversation);
      return () => void conversations.delete(conversation);
    },
  };
}
