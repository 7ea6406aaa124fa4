import { getAgentHarnessHookRunner } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { TurnRequest } from "../bridge/turn.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AttemptParams } from "./harness-types.ts";
import type { HookContext, HookMessage } from "./hook-events.ts";

/**
 * Asks other plugins whether the turn may run at all (`before_agent_run`), as the host does for its own agents.
 * Rejects with `turn-blocked`; a gate that fails blocks, too.
 */
export async function passRunGate(
  request: TurnRequest,
  {
    params,
    ctx,
    messages,
  }: { params: AttemptParams; ctx: HookContext; messages: () => Promise<HookMessage[]> },
): Promise<void> {
  const hooks = getAgentHarnessHookRunner();
  if (hooks?.hasHooks("before_agent_run") !== true) return;
  const { agentAccountId, senderId, senderIsOwner } = params;
  const event = {
    prompt: request.message.text,
    messages: await messages(),
    ...(ctx.channelId === undefined ? {} : { channelId: ctx.channelId }),
    ...(agentAccountId === undefined ? {} : { accountId: agentAccountId }),
    ...(senderId ? { senderId } : {}),
    ...(senderIsOwner === undefined ? {} : { senderIsOwner }),
  };
  const result = await hooks.runBeforeAgentRun(event, ctx).catch((cause: unknown) => {
    throw blocked("a plugin's check failed", cause);
  });
  if (result?.decision.outcome !== "block") return;
  // Its `reason` is the plugin's own affair; `message` is for people.
  throw blocked(result.decision.message);
}

function blocked(words: string | undefined, cause?: unknown): ContractorError {
  const why = words === undefined ? "" : `: ${words.replace(/[.!?\s]+$/, "")}`;
  return new ContractorError("turn-blocked", {
    message: `This turn was not begun, because a plugin of OpenClaw's blocks it${why}.`,
    mend: "Change the message, or that plugin's settings.",
    cause,
  });
}
