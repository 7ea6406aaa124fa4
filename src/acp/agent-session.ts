import { methods, type PromptResponse } from "@agentclientprotocol/sdk/unstable";
import { PROMPTS } from "../config/trace-channels.ts";
import { withResetTime } from "../errors/agent-failure.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { GatedProcess } from "../loopback/tool-gate.ts";
import type { AgentCapabilities, AgentSession, PromptOutcome, PromptRequest } from "./acp-adapter.ts";
import type { AgentActivity } from "./agent-activity.ts";
import type { AgentConnection } from "./agent-connection.ts";
import type { BetweenTurns } from "./between-turns.ts";
import type { CommandList } from "./command-list.ts";
import type { LogReader } from "./log-reader.ts";
import { watchForLimit } from "./prompt-limit.ts";
import { outcomeOf, promptBlocks } from "./prompt-outcome.ts";
import type { SessionSettingsControl } from "./session-settings.ts";
import { steer } from "./steering.ts";
import type { TurnRouter } from "./turn-router.ts";

/** What the session is doing. `retired`: its process must not get another prompt, but has not been closed yet. */
type Phase = "idle" | "prompting" | "retired" | "closed";

export type AgentSessionTimings = {
  /** How long a cancelled turn may take to settle before its process tree is ended. */
  cancelGraceMs: number;
  /** How long the process may take to end by itself before it is killed. */
  closeGraceMs: number;
};

/** What a session consists of once the agent has opened it. */
export type SessionParts = {
  sessionId: string;
  connection: AgentConnection;
  capabilities: AgentCapabilities;
  router: TurnRouter;
  between: BetweenTurns;
  activity: AgentActivity;
  commands: CommandList;
  settings: SessionSettingsControl;
  gated: GatedProcess | undefined;
  /** Where only the log tells of refused requests. */
  log: LogReader | undefined;
  timings: AgentSessionTimings;
};

/** An `AgentSession` over a connection whose ACP session is open. */
export function createAgentSession(parts: SessionParts): AgentSession {
  const { sessionId, connection, capabilities, router, activity, commands, gated, log, timings } = parts;
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
    router.begin(request);
    activity.onPrompt();
    gated?.route(router.onBeforeToolCall);
    try {
      if (request.openclawTools) await gated?.tools.offer(request.openclawTools);
      return await promptUntilSettled(request);
    } catch (error) {
      // After a failed turn nobody knows what the agent still does; a fresh process resumes the conversation.
      retire();
      if (!ContractorError.isInstance(error)) throw error;
      throw withResetTime(error, { resetAt: activity.limitResetAt, now: new Date() });
    } finally {
      gated?.route(null);
      gated?.tools.withdraw();
      router.end();
      if (isPrompting()) phase = "idle";
    }
  }

  // A function, because the compiler cannot see that `phase` changes while `prompt` awaits.
  function isPrompting(): boolean {
    return phase === "prompting";
  }

  async function promptUntilSettled(request: PromptRequest): Promise<PromptOutcome> {
    const told = commands.textFor(request.text);
    const text = typeof told === "string" ? told : await told;
    if (request.signal.aborted) return { stopReason: "cancelled" };
    const limit = log && watchForLimit(log, router.onRetry);
    void limit?.met.catch(close);
    const answer = PROMPTS.tracePromise(
      () =>
        connection.request<PromptResponse>(methods.agent.session.prompt, {
          sessionId,
          prompt: promptBlocks({ ...request, text }),
        }),
      { sessionId },
    );
    // The agent reads the prompt meanwhile.
    setImmediate(() => gated?.tools.confirm());
    const cancelled = watchCancellation(request.signal);
    try {
      return outcomeOf(await Promise.race([answer, cancelled.settled, ...(limit ? [limit.met] : [])]));
    } finally {
      cancelled.stop();
      limit?.stop();
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
    await gated?.close();
  }

  return {
    sessionId,
    pid: connection.process.pid,
    capabilities,
    get usable() {
      return phase === "idle" || phase === "prompting";
    },
    get commands() {
      return parts.commands.names;
    },
    get hasBackgroundWork() {
      return isAlive() && activity.hasBackgroundWork;
    },
    configure: parts.settings.configure,
    steer: async (message) => isPrompting() && steer(parts, message),
    onBetweenTurns: parts.between.listen,
    quiet: (signal) => activity.quiet(AbortSignal.any([signal, connection.signal])),
    prompt,
    close,
  };

  function isAlive(): boolean {
    return phase !== "closed" && phase !== "retired";
  }
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
