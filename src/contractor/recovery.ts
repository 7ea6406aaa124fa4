import type { ContractorError } from "../errors/contractor-error.ts";

/** The line in front of the first answer of a session that had to replace a lost one. */
export const SESSION_REPLACED_NOTICE =
  "_The earlier Claude session of this conversation is gone (its transcript no longer exists), so this is a new one that does not remember it._";

/**
 * Whether a failed resume proves that the session is gone. Two witnesses are needed: an answer of the agent that does
 * not speak for anything else, and the missing transcript. A time-out, a crash, a refused key or a limit proves
 * nothing, whatever the transcript says, and the mapping stays.
 */
export async function isSessionProvenGone(
  failure: ContractorError,
  transcriptExists: () => Promise<boolean>,
): Promise<boolean> {
  // claude-code-acp cannot say "not found": it answers an unknown id with a general internal error.
  const saysGoneOrNothing = failure.code === "agent-session-lost" || failure.code === "agent-failed";
  return saysGoneOrNothing && !(await transcriptExists());
}
