import { clearActiveEmbeddedRun, setActiveEmbeddedRun } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { SteerTurn } from "../bridge/turn.ts";
import type { AttemptParams } from "./harness-types.ts";
import { cancelQuestion, claimAnswer } from "./pending-question.ts";
import { createSteering } from "./steering.ts";

type QueueHandle = Parameters<typeof setActiveEmbeddedRun>[1];
/** Fit for both registries of the host. */
type RunHandle = QueueHandle & Required<Pick<QueueHandle, "kind" | "cancel">>;

/** A turn as OpenClaw's commands see it: `/stop`, messages that arrive meanwhile, the detector of stuck runs. */
export type ActiveRun = {
  /** Aborted by the host's own signal and by whoever cancels the run through its handle. */
  readonly signal: AbortSignal;
  onSteerable(steer: SteerTurn): void;
  /** A person is asked meanwhile: the run is not stuck, however long that takes. */
  whileWaiting<Value>(wait: () => Promise<Value>): Promise<Value>;
  compacting(phase: "start" | "end"): void;
  /** The turn is over; only its bookkeeping is left, which nobody can cancel. */
  settled(): void;
  /** Idempotent. */
  close(): void;
};

/**
 * Registers the attempt as the session's running one. A turn does not fail for a host that refuses that. `abandoned` is
 * aborted when whoever waited for the turn has gone.
 */
export function registerActiveRun(
  params: AttemptParams,
  log: (message: string) => void,
  abandoned?: AbortSignal,
): ActiveRun {
  const own = new AbortController();
  const state = { settled: false, compacting: false, waiting: 0 };
  const signal =
    params.abortSignal === undefined ? own.signal : AbortSignal.any([params.abortSignal, own.signal]);
  const steering = createSteering(params, {
    isOpen: () => !state.settled && !signal.aborted,
    log,
  });

  function cancel(reason?: string): void {
    if (own.signal.aborted || state.settled) return;
    own.abort(
      new DOMException(`The run was cancelled${reason === undefined ? "" : ` (${reason})`}.`, "AbortError"),
    );
    params.onAttemptAbort?.();
  }

  const handle: RunHandle = {
    kind: "embedded",
    runId: params.runId,
    startedAtMs: params.startedAtMs ?? Date.now(),
    get toolAuthorityFingerprint() {
      return params.toolAuthorityFingerprint;
    },
    queueMessage: (text, options) => steering.queueMessage(text, { options }),
    messageInjectionV2: {
      version: 2,
      isAvailable: () => steering.isAvailable(),
      queueMessage: (text, options, assertCurrent, kind) =>
        steering.queueMessage(text, { options, authority: { kind, assertCurrent } }),
      claimPendingUserInputAnswer: (text, options, assertCurrent, kind) =>
        claimAnswer(params, { text, options, authority: { kind, assertCurrent } }),
      cancelPendingUserInput: (resolvedBy, assertCurrent, kind) =>
        cancelQuestion(params, { resolvedBy, authority: { kind, assertCurrent } }),
    },
    claimPendingUserInputAnswer: (text, options) => claimAnswer(params, { text, options }),
    cancelPendingUserInput: (resolvedBy) => cancelQuestion(params, { resolvedBy }),
    isStreaming: () => !state.settled,
    isCompacting: () => state.compacting,
    isStopped: () => state.settled || signal.aborted,
    isAborted: () => signal.aborted,
    isAbortable: () => !state.settled,
    ownsLiveness: () => state.waiting > 0,
    // The message's row is written before `queueMessage` resolves.
    supportsTranscriptCommitWait: true,
    supportsQueueMessageImages: true,
    sourceReplyDeliveryMode: params.sourceReplyDeliveryMode,
    terminalReplyExpectation: params.terminalReplyExpectation,
    taskSuggestionDeliveryMode: params.taskSuggestionDeliveryMode,
    cancel,
    abort: cancel,
  };
  const unregister = register(params, { handle, log });
  const abandon = (): void => {
    cancel("nobody waits for it");
  };
  abandoned?.addEventListener("abort", abandon);
  if (abandoned?.aborted === true) abandon();

  return {
    signal,
    onSteerable: (steer) => {
      steering.open(steer);
    },
    async whileWaiting(wait) {
      state.waiting += 1;
      try {
        return await wait();
      } finally {
        state.waiting -= 1;
      }
    },
    compacting(phase) {
      state.compacting = phase === "start";
    },
    settled() {
      state.settled = true;
    },
    close() {
      state.settled = true;
      abandoned?.removeEventListener("abort", abandon);
      unregister();
    },
  };
}

/**
 * Both registries, as OpenClaw's own runner fills them: the reply's, which /stop and steering use, and the process-wide
 * one of running sessions. Resolves the way to leave them again.
 */
function register(
  params: AttemptParams,
  { handle, log }: { handle: RunHandle; log: (message: string) => void },
): () => void {
  const { sessionId, sessionKey, sessionFile, agentId, replyOperation } = params;
  try {
    replyOperation?.attachBackend(handle);
    setActiveEmbeddedRun(sessionId, handle, sessionKey, sessionFile, agentId);
  } catch (error) {
    log(`run ${params.runId}: OpenClaw did not register it, so it cannot be steered: ${String(error)}`);
  }
  let registered = true;
  return () => {
    if (!registered) return;
    registered = false;
    try {
      clearActiveEmbeddedRun(sessionId, handle, sessionKey, sessionFile);
      replyOperation?.detachBackend(handle);
    } catch (error) {
      log(`run ${params.runId}: OpenClaw did not forget it: ${String(error)}`);
    }
  };
}
