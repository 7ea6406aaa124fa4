import type { InboundMessage, SteerTurn } from "../bridge/turn.ts";
import { attachmentsOf } from "./attempt-attachments.ts";
import type { AttemptParams } from "./harness-types.ts";
import { claimAnswer, type Authority, type QueueMessage, type QueueOptions } from "./pending-question.ts";

export type Steering = {
  open(steer: SteerTurn): void;
  isAvailable(): boolean;
  /** Rejects when the turn does not take the message: OpenClaw makes a turn of its own of it then. */
  queueMessage(
    text: string,
    message: { options: QueueOptions; authority?: Authority },
  ): ReturnType<QueueMessage>;
};

/** Messages of people for a turn that already runs. */
export function createSteering(
  params: AttemptParams,
  { isOpen, log }: { isOpen: () => boolean; log: (message: string) => void },
): Steering {
  let steer: SteerTurn | undefined;
  const isAvailable = (): boolean => steer !== undefined && isOpen();
  return {
    open(given) {
      steer = given;
    },
    isAvailable,
    async queueMessage(text, { options, authority }) {
      try {
        if (await claimAnswer(params, { text, options, authority })) {
          options?.onQueueAccepted?.(true);
          return;
        }
        const message = await messageOf(params, { text, options });
        options?.abortSignal?.throwIfAborted();
        authority?.assertCurrent();
        if (steer === undefined || !isOpen() || !(await steer(message))) {
          throw new Error("The running turn takes no more messages.");
        }
      } catch (error) {
        options?.onQueueAccepted?.(false);
        throw error;
      }
      options?.onQueueAccepted?.(true);
      return persist(params, { options, log });
    },
  };
}

async function messageOf(
  { workspaceDir }: AttemptParams,
  { text, options }: { text: string; options: QueueOptions },
): Promise<InboundMessage> {
  const { images, imageOrder, media } = options ?? {};
  const files = await attachmentsOf({ images, imageOrder, media, workspaceDir, prompt: text });
  return { text, context: undefined, ...files };
}

/** The turn has the message: it is in the history too, or the host hears that it may not be, and does not send it again. */
async function persist(
  params: AttemptParams,
  { options, log }: { options: QueueOptions; log: (message: string) => void },
): ReturnType<QueueMessage> {
  const recorder = options?.userTurnTranscriptRecorder;
  if (recorder === undefined) return;
  try {
    await recorder.persistApproved({ cwd: params.workspaceDir });
  } catch (error) {
    const errorMessage = `A message given to a running turn is missing in the history: ${String(error)}`;
    log(`run ${params.runId}: ${errorMessage}`);
    return { transcriptCommit: "unconfirmed", errorMessage };
  }
}
