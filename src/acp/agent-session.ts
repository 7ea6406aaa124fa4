import { methods, type PromptResponse } from "@agentclientprotocol/sdk/unstable";
import { ContractorError } from "../errors/contractor-error.ts";
import type {
  AgentCapabilities,
  AgentSession,
  PromptOutcome,
  PromptRequest,
  TurnUsage,
} from "./acp-adapter.ts";
import type { AgentConnection } from "./agent-connection.ts";
import type { TurnRouter } from "./turn-router.ts";

/** What the session is doing. `retired`: its process must not get another prompt, but has not been closed yet. */
type Phase = "idle" | "prompting" | "retired" | "closed";

export type AgentSessionTimings = {
  /** How long a cancelled turn may take to settle before its process tree is ended. */
  cancelGraceMs: number;
  /** How long the process may take to end by itself before it is killed. */
  closeGraceMs: number;
};

/** An `AgentSession` over a connection whose ACP session is open. */
export function createAgentSession(options: {
  sessionId: string;
  connection: AgentConnection;
  capabilities: AgentCapabilities;
  router: TurnRouter;
  timings: AgentSessionTimings;
}): AgentSession {
  const { sessionId, connection, capabilities, router, timings } = options;
  let phase: Phase = "idle";
  let closing: Promise<void> | undefined;
  const retire = (): void => {
    if (phase !== "closed") phase = "retired";
  };
  void connection.process.ended.then(retire);

  async function prompt(request: PromptRequest): Promise<PromptOutcome> {
    if (phase !== "idle") throw notReady(phase);
    if (request.signal.aborted) return { stopReason: "cancelled" };
    phase = "prompting";
    router.route(request);
    try {
      return await promptUntilSettled(request);
    } catch (error) {
      // After a failed turn nobody knows what the agent still does; a fresh process resumes the conversation.
      retire();
      throw error;
    } finally {
      router.route(null);
      if (isPrompting()) phase = "idle";
    }
  }

  // A function, because the compiler cannot see that `phase` changes while `prompt` awaits.
  function isPrompting(): boolean {
    return phase === "prompting";
  }

  async function promptUntilSettled(request: PromptRequest): Promise<PromptOutcome> {
    const answer = connection.request<PromptResponse>(methods.agent.session.prompt, {
      sessionId,
      prompt: [
        // The Messages API refuses an empty text block, which a message of images alone would make.
        ...(request.text === "" ? [] : [{ type: "text", text: request.text }]),
        ...request.images.map((image) => ({ type: "image", ...image })),
      ],
    });
    const cancelled = watchCancellation(request.signal);
    try {
      return outcomeOf(await Promise.race([answer, cancelled.settled]));
    } finally {
      cancelled.stop();
    }
  }

  /**
   * On abort: cancel, a grace period, then the process tree. A cancelled session is retired in every case: both
   * adapters were seen to let the old turn's text and stop reason into the next one.
   */
  function watchCancellation(signal: AbortSignal): { settled: Promise<PromptResponse>; stop(): void } {
    let onAbort: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    const settled = new Promise<PromptResponse>((resolve) => {
      onAbort = () => {
        retire();
        void connection.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined);
        timer = setTimeout(() => {
          resolve({ stopReason: "cancelled" });
          void close();
        }, timings.cancelGraceMs);
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
    return {
      settled,
      stop() {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      },
    };
  }

  function close(): Promise<void> {
    const settled = phase === "idle";
    phase = "closed";
    closing ??= endSession(settled);
    return closing;
  }

  /** A settled session is told that it ends, where the agent knows `session/close`; then the process tree goes. */
  async function endSession(settled: boolean): Promise<void> {
    if (settled && capabilities.closeSession) {
      // The process is ended right after, so an agent that does not answer changes nothing.
      await connection
        .request(methods.agent.session.close, { sessionId }, timings.closeGraceMs)
        .catch(() => undefined);
    }
    await connection.terminate(timings.closeGraceMs);
  }

  return {
    sessionId,
    capabilities,
    get usable() {
      return phase === "idle" || phase === "prompting";
    },
    prompt,
    close,
  };
}

function notReady(phase: Phase): ContractorError {
  return phase === "prompting"
    ? new ContractorError("session-busy", {
        message: "The Claude session is busy with another turn.",
        mend: "Wait for the answer, or send /stop.",
        retryable: true,
      })
    : new ContractorError("adapter-crashed", {
        message: "The Claude session's process is gone.",
        mend: "Send the message again; the conversation is resumed in a new process.",
        retryable: true,
      });
}

function outcomeOf(response: PromptResponse): PromptOutcome {
  const { stopReason, usage } = response;
  if (!usage) return { stopReason };
  const counted: TurnUsage = {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadTokens: usage.cachedReadTokens ?? 0,
    cacheWriteTokens: usage.cachedWriteTokens ?? 0,
  };
  return { stopReason, usage: counted };
}
