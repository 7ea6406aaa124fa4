import type { BetweenTurns } from "./between-turns.ts";
import type { SdkSign } from "./sdk-message.ts";
import type { TurnRouter } from "./turn-router.ts";

/** What Claude Code says of itself, besides the updates of ACP. */
export type AgentActivity = {
  readonly hasBackgroundWork: boolean;
  /** When the limit that was met is over, if Claude Code has said so. */
  readonly limitResetAt: Date | undefined;
  onSign: (sign: SdkSign) => void;
  /** A prompt is sent now. */
  onPrompt: () => void;
  /** Resolves when the agent is idle, or has never said what it does, or the signal aborts. */
  quiet: (signal: AbortSignal) => Promise<void>;
};

/** Not every finished task is told of. */
const OWN_TURN_BEGINS_WITHIN_MS = 1_000;

export function createAgentActivity(router: TurnRouter, between: BetweenTurns): AgentActivity {
  let running = false;
  let backgroundTasks = 0;
  let limitResetAt: Date | undefined;
  /** Of the prompt that was sent: `crossed` when a finished task was on its way to the agent before it. */
  let taking: "not-yet" | "crossed" | "begun" = "begun";
  /** Until then, the agent may be about to begin the turn in which it tells of a finished task. */
  let ownTurnDueUntil = -Infinity;
  const idle = new EventTarget();

  function onState(isIdle: boolean): void {
    running = !isIdle;
    if (isIdle) {
      between.end();
      idle.dispatchEvent(new Event("idle"));
      return;
    }
    if (!router.busy || taking === "crossed") between.begin();
    taking = "begun";
    ownTurnDueUntil = -Infinity;
  }

  function onTaskEnd(): void {
    if (taking === "not-yet") taking = "crossed";
    else if (!running) ownTurnDueUntil = performance.now() + OWN_TURN_BEGINS_WITHIN_MS;
  }

  return {
    get hasBackgroundWork() {
      return backgroundTasks > 0 || between.turnOpen || performance.now() < ownTurnDueUntil;
    },
    get limitResetAt() {
      return limitResetAt;
    },
    onSign(sign) {
      if (sign.type === "state") onState(sign.idle);
      else if (sign.type === "background-tasks") backgroundTasks = sign.running;
      else if (sign.type === "task-end") onTaskEnd();
      else if (sign.type === "limit") limitResetAt = sign.resetAt;
      else if (sign.type === "prompt-echo") router.onPromptEcho();
      else router.onRetry({ status: sign.status, attempt: sign.attempt, delayMs: sign.delayMs });
    },
    onPrompt() {
      if (running) taking = "begun";
      else taking = performance.now() < ownTurnDueUntil ? "crossed" : "not-yet";
    },
    quiet(signal) {
      return new Promise((resolve) => {
        if (!running || signal.aborted) {
          resolve();
          return;
        }
        const settled = new AbortController();
        const done = (): void => {
          settled.abort();
          resolve();
        };
        idle.addEventListener("idle", done, { signal: settled.signal });
        signal.addEventListener("abort", done, { signal: settled.signal });
      });
    },
  };
}
