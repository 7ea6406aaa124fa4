import type { ContractorError } from "../errors/contractor-error.ts";

/**
 * What is known of a session's transcript. `missing`: it is gone, or nothing that was said is in it. `unseen`: it is
 * nowhere now, but it was never seen before either, so this plugin may be looking in the wrong place.
 */
export type TranscriptWitness = "present" | "missing" | "unseen";

/** `continue`: the session lives. `replace`: it is proven gone. `fail`: nothing is proven, and the mapping stays. */
export type ResumeVerdict = "continue" | "replace" | "fail";

const BY_ANSWER: Record<"resumed" | "lost" | "unclear", Record<TranscriptWitness, ResumeVerdict>> = {
  // An agent that cannot say "not found" begins an empty session under the id and calls it resumed.
  resumed: { present: "continue", missing: "replace", unseen: "continue" },
  lost: { present: "fail", missing: "replace", unseen: "replace" },
  // claude-code-acp answers an unknown id with a general internal error.
  unclear: { present: "fail", missing: "replace", unseen: "fail" },
};

/**
 * Whether a session goes on after the agent was asked to resume it; `failure` is null when it said that it did. A session
 * is given up on two witnesses only: an answer that does not speak for anything else, and the missing transcript. A
 * time-out, a crash, a refused key or a limit proves nothing, whatever the transcript says.
 */
export function verdictOnResume(failure: ContractorError | null, witness: TranscriptWitness): ResumeVerdict {
  if (failure === null) return BY_ANSWER.resumed[witness];
  if (failure.code === "agent-session-lost") return BY_ANSWER.lost[witness];
  if (failure.code === "agent-failed") return BY_ANSWER.unclear[witness];
  return "fail";
}
