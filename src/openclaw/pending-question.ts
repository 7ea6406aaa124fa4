import {
  cancelPendingAgentQuestionForSession,
  claimPendingAgentQuestionAnswer,
  type setActiveEmbeddedRun,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { AttemptParams } from "./harness-types.ts";

type RunHandle = Parameters<typeof setActiveEmbeddedRun>[1];

export type QueueMessage = RunHandle["queueMessage"];
export type QueueOptions = Parameters<QueueMessage>[1];

/** The host's own check, at the moment of the effect, that whoever sent the message may still do so. */
export type Authority = { kind: "run" | "source-bound"; assertCurrent: () => void };

/** A plain message of a person answers the question that waits for one. False: no question waits, or this is no answer. */
export async function claimAnswer(
  { sessionKey }: AttemptParams,
  { text, options, authority }: { text: string; options: QueueOptions; authority?: Authority },
): Promise<boolean> {
  const hasFiles = (options?.images?.length ?? 0) > 0 || (options?.media?.length ?? 0) > 0;
  if (options?.isInboundUserMessage !== true || hasFiles) return false;
  return claimPendingAgentQuestionAnswer({
    sessionKey,
    text,
    authority,
    sourceRecorder: options.userTurnTranscriptRecorder,
  });
}

export async function cancelQuestion(
  { sessionKey }: AttemptParams,
  { resolvedBy, authority }: { resolvedBy: string; authority?: Authority },
): Promise<boolean> {
  return cancelPendingAgentQuestionForSession({ sessionKey, resolvedBy, authority });
}
