import { offeredNameOf, type OfferedTools, type TurnObserver } from "../bridge/turn.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { askForPermission } from "./attempt-permissions.ts";
import { answerQuestion, unaskable, type AskStructured } from "./attempt-questions.ts";
import { checkToolCall, type ToolPolicyContext } from "./attempt-tool-policy.ts";
import type { AttemptParams } from "./harness-types.ts";

/** The host takes no approval that waits longer. */
const ANSWER_WITHIN_MS = 10 * 60_000;

export type AuthorityOptions = Pick<ToolPolicyContext, "nativeTools" | "log"> & {
  /** OpenClaw's own tools of this turn. */
  openclawTools: OfferedTools | null;
  now?: () => number;
  ask?: AskStructured;
};

export type AttemptAuthority = Pick<TurnObserver, "onBeforeToolCall" | "onPermissionRequest" | "onQuestion">;

/** Everything that OpenClaw and its people have to say about what Claude Code wants to do in this turn. */
export function createAttemptAuthority(
  params: AttemptParams,
  { nativeTools, openclawTools, log, now = Date.now, ask }: AuthorityOptions,
): AttemptAuthority {
  /** The host takes one question of a conversation at a time; sub-agents of Claude Code ask side by side. */
  let asked: Promise<unknown> = Promise.resolve();
  const deadlineAt = now() + params.timeoutMs;
  const waitMs = (): number => Math.floor(Math.min(ANSWER_WITHIN_MS, deadlineAt - now()));
  const boundToTurn = (signal: AbortSignal): AbortSignal =>
    params.abortSignal ? AbortSignal.any([signal, params.abortSignal]) : signal;

  function isOffered({ toolName }: { toolName: string }): boolean {
    const name = offeredNameOf(toolName);
    return name !== undefined && openclawTools?.built().some((tool) => tool.name === name) === true;
  }

  return {
    async onBeforeToolCall(call, signal) {
      // OpenClaw asks its policy, other plugins and people when such a tool is carried out; here it would be once more.
      if (isOffered(call)) return { allow: true, decided: true };
      const reason = call.toolName === "AskUserQuestion" ? unaskable(params) : undefined;
      if (reason !== undefined) return { allow: false, reason };
      return checkToolCall(params, call, { signal: boundToTurn(signal), log, nativeTools });
    },
    async onPermissionRequest(request, signal) {
      if (isOffered(request)) return "allow-once";
      try {
        return await askForPermission(params, request, { signal: boundToTurn(signal), waitMs: waitMs() });
      } catch (cause) {
        log(`run ${params.runId}: a permission was not given: ${unexpectedFailure(cause).message}`);
        return "deny";
      }
    },
    onQuestion(request, signal) {
      const answer = asked.then(() =>
        answerQuestion(params, request, {
          signal: boundToTurn(signal),
          waitMs: waitMs(),
          log,
          ...(ask === undefined ? {} : { ask }),
        }),
      );
      asked = answer.catch(() => undefined);
      return answer;
    },
  };
}
