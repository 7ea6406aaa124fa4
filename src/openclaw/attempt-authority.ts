import type { TurnObserver } from "../bridge/turn.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { askForPermission } from "./attempt-permissions.ts";
import { answerQuestion, unaskable } from "./attempt-questions.ts";
import { checkToolCall } from "./attempt-tool-policy.ts";
import type { AttemptParams } from "./harness-types.ts";
import { restrictedNativeTools } from "./tool-policy.ts";

/** The host takes no approval that waits longer. */
const ANSWER_WITHIN_MS = 10 * 60_000;

export type AttemptAuthority = Pick<TurnObserver, "onBeforeToolCall" | "onPermissionRequest" | "onQuestion">;

/** Everything that OpenClaw and its people have to say about what Claude Code wants to do in this turn. */
export function createAttemptAuthority(
  params: AttemptParams,
  { log, now = Date.now }: { log: (message: string) => void; now?: () => number },
): AttemptAuthority {
  const deadlineAt = now() + params.timeoutMs;
  const waitMs = (): number => Math.floor(Math.min(ANSWER_WITHIN_MS, deadlineAt - now()));
  const boundToTurn = (signal: AbortSignal): AbortSignal =>
    params.abortSignal ? AbortSignal.any([signal, params.abortSignal]) : signal;

  // Once a turn: the host builds its tools to answer this.
  let restriction: { nativeTools: string[] | undefined } | undefined;
  const nativeTools = (): string[] | undefined => {
    restriction ??= { nativeTools: restrictedNativeTools(params) };
    return restriction.nativeTools;
  };

  return {
    async onBeforeToolCall(call, signal) {
      const reason = call.toolName === "AskUserQuestion" ? unaskable(params) : undefined;
      if (reason !== undefined) return { allow: false, reason };
      return checkToolCall(params, call, { signal: boundToTurn(signal), log, nativeTools });
    },
    async onPermissionRequest(request, signal) {
      try {
        return await askForPermission(params, request, { signal: boundToTurn(signal), waitMs: waitMs() });
      } catch (cause) {
        log(`run ${params.runId}: a permission was not given: ${unexpectedFailure(cause).message}`);
        return "deny";
      }
    },
    onQuestion: (request, signal) =>
      answerQuestion(params, request, { signal: boundToTurn(signal), waitMs: waitMs(), log }),
  };
}
