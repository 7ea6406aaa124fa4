import type { BeforeToolCallVerdict, PromptRequest } from "../acp/acp-adapter.ts";
import type { PermissionGrants } from "./permission-grants.ts";
import type { TurnClocks } from "./turn-clocks.ts";
import type { TurnProjection } from "./turn-projection.ts";
import type { PermissionAnswer, TurnObserver } from "./turn.ts";

export type PromptCallbacks = Pick<
  PromptRequest,
  "onBeforeToolCall" | "onPermissionRequest" | "onQuestion" | "onRetry"
>;

/**
 * What Claude Code asks in the middle of a turn goes to the person or the policy behind `observer`; what a person has
 * allowed for this session is not asked again. Nobody's silence counts while they are being asked.
 */
export function promptCallbacks(turn: {
  observer: TurnObserver;
  projection: TurnProjection;
  clocks: TurnClocks;
  grants: PermissionGrants;
  conversation: string;
  claudeSessionId: string;
}): PromptCallbacks {
  const { observer, projection, clocks, grants, conversation, claudeSessionId } = turn;
  const session = { conversation, claudeSessionId };

  /** Whoever cannot be asked has not allowed it. */
  function asked<Answer>(
    toolCallId: string,
    { ask, what }: { ask: () => Promise<Answer>; what: string },
  ): Promise<Answer> {
    return clocks.pausedWhile(ask, what).catch((failure: unknown) => {
      projection.markRefused(toolCallId);
      throw failure;
    });
  }

  return {
    async onBeforeToolCall(call, signal) {
      const ask = (): Promise<BeforeToolCallVerdict> => observer.onBeforeToolCall(call, signal);
      const verdict = await asked(call.toolCallId, { ask, what: "a policy" });
      // The policy may have changed what the tool is given.
      if (verdict.allow) projection.begins({ ...call, input: verdict.input ?? call.input });
      else projection.markRefused(call.toolCallId);
      return verdict;
    },
    async onPermissionRequest(request, signal) {
      if (grants.covers(session, request)) return "allow";
      const ask = (): Promise<PermissionAnswer> => observer.onPermissionRequest(request, signal);
      const answer = await asked(request.toolCallId, { ask, what: "an approval" });
      if (answer === "allow-always") grants.remember(session, request);
      if (answer === "deny") projection.markRefused(request.toolCallId);
      return answer === "deny" ? "deny" : "allow";
    },
    onQuestion: (request, signal) =>
      clocks.pausedWhile(() => observer.onQuestion(request, signal), "an answer"),
    onRetry(notice) {
      clocks.alive();
      projection.retrying(notice);
    },
  };
}

/** For prompts of this plugin's own, which nobody is asked about. */
export const ASK_NOBODY: PromptCallbacks = {
  onBeforeToolCall: () => Promise.resolve({ allow: false, reason: "No tools are used here." }),
  onPermissionRequest: () => Promise.resolve("deny"),
  onQuestion: () => Promise.resolve({ action: "decline" }),
  onRetry: () => undefined,
};
