import {
  getAgentHarnessHookRunner,
  resolveAgentHarnessBeforePromptBuildResult,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { TurnRequest } from "../bridge/turn.ts";
import { HOST_CALLS } from "../config/trace-channels.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AttemptParams } from "./harness-types.ts";
import { hookMessageOf, type HookContext, type HookMessage } from "./hook-events.ts";

/** Hooks that are given the conversation. */
const WANT_HISTORY = ["before_prompt_build", "agent_turn_prepare", "before_agent_run", "llm_input"] as const;

export function wantsPromptBuild({ trigger }: AttemptParams): boolean {
  const hooks = getAgentHarnessHookRunner();
  if (hooks === null) return false;
  return (
    hooks.hasHooks("before_prompt_build") ||
    hooks.hasHooks("agent_turn_prepare") ||
    (trigger === "heartbeat" && hooks.hasHooks("heartbeat_prompt_contribution"))
  );
}

/**
 * What other plugins put around the prompt goes along as context, labelled as such, and never into the message itself: a
 * slash command must stay the first thing that Claude Code reads.
 */
export async function withAdditions(
  request: TurnRequest,
  { params, ctx, messages }: { params: AttemptParams; ctx: HookContext; messages: HookMessage[] },
): Promise<TurnRequest> {
  const { text, context } = request.message;
  const prepared = await preparedByPlugins(text, { ctx, messages });
  const built = await HOST_CALLS.tracePromise(
    () =>
      resolveAgentHarnessBeforePromptBuildResult({
        prompt: text,
        currentUserMessage: text,
        developerInstructions: "",
        messages,
        ctx,
        bootstrapContextRunKind: params.bootstrapContextRunKind,
      }),
    { call: "before-prompt-build" },
  );
  if (built.toolsAllow !== undefined && !built.toolsAllow.includes("*")) {
    throw new ContractorError("tools-not-enforceable", {
      message:
        "A plugin's before_prompt_build hook restricts the tools of this turn, which cannot be enforced.",
      mend: "Let that plugin leave contractor agents alone, or restrict tools.allow of the agent instead.",
    });
  }
  const { start, end } = built.promptInputRange ?? { start: 0, end: built.prompt.length };
  const additions = [built.developerInstructions, built.prompt.slice(0, start), built.prompt.slice(end)];
  const all = [context, ...prepared, ...additions].map((part) => part?.trim()).filter(Boolean);
  return { ...request, message: { ...request.message, context: all.join("\n\n") || undefined } };
}

/** What `agent_turn_prepare` adds; the injections that the host queues for its own loop are not handed to a harness. */
async function preparedByPlugins(
  prompt: string,
  { ctx, messages }: { ctx: HookContext; messages: HookMessage[] },
): Promise<(string | undefined)[]> {
  const hooks = getAgentHarnessHookRunner();
  if (hooks?.hasHooks("agent_turn_prepare") !== true) return [];
  const prepared = await hooks.runAgentTurnPrepare({ prompt, messages, queuedInjections: [] }, ctx);
  return [prepared?.prependContext, prepared?.appendContext];
}

/** The conversation before this turn's message, read at most once a turn and only when somebody wants it. */
export function createHistoryReader(
  params: AttemptParams,
  log: (message: string) => void,
): (request: TurnRequest) => Promise<HookMessage[]> {
  let messages: Promise<HookMessage[]> | undefined;
  return (request) => {
    const hooks = getAgentHarnessHookRunner();
    const wanted = WANT_HISTORY.some((name) => hooks?.hasHooks(name) === true);
    if (!wanted) return Promise.resolve([]);
    messages ??= request.readHistory().then(
      (history) => history.slice(0, history.at(-1)?.role === "user" ? -1 : undefined).map(hookMessageOf),
      (error: unknown) => {
        log(`run ${params.runId}: hooks see no history: ${String(error)}`);
        return [];
      },
    );
    return messages;
  };
}
