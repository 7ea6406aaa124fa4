import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { totalTokensOf } from "../bridge/turn-usage.ts";
import { hostTokensOf } from "./attempt-usage.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import { NEVER_ABORTED } from "./never-aborted.ts";
import type { HostConfig } from "./plugin-config.ts";

export type SessionCommandDependencies = {
  bridge: () => ContractorClaudeBridge;
  readHostConfig: () => HostConfig;
  log: (message: string) => void;
};

export type SessionCommands = Required<Pick<AgentHarnessV2, "compact" | "runSideQuestion">>;
type CompactParams = Parameters<SessionCommands["compact"]>[0];
type CompactResult = NonNullable<Awaited<ReturnType<SessionCommands["compact"]>>>;

/**
 * The host compacts before a turn when it takes its own history for full. That says nothing about Claude's context, which
 * Claude Code compacts by itself, so nothing is done. The words "below threshold" make the host go on with the turn: any
 * other reason, or none, is a failure to it (classifyCompactionReason, compact-reasons.ts of the host).
 */
const LEFT_TO_CLAUDE: CompactResult = {
  ok: true,
  compacted: false,
  reason: "below threshold: Claude Code compacts its own context",
};

/** `/compact` and `/btw` of OpenClaw, carried out in the conversation's Claude session. */
export function createSessionCommands(dependencies: SessionCommandDependencies): SessionCommands {
  return {
    compact: (params) => compact(dependencies, params),
    runSideQuestion: async ({ agentId, sessionKey, question, images = [], opts }) => {
      const { text, usage } = await dependencies
        .bridge()
        .askAside({
          ...keyOf(dependencies, { agentId, sessionKey }),
          question,
          images: images.map(({ data, mimeType }) => ({ data, mimeType })),
          signal: opts?.abortSignal ?? NEVER_ABORTED,
        })
        .catch((cause: unknown) => {
          // The host shows the message of the error and nothing else.
          throw new Error(paragraphOf(cause), { cause });
        });
      if (usage === undefined) return { text };
      return { text, usage: { ...hostTokensOf(usage), total: totalTokensOf(usage) } };
    },
  };
}

async function compact(
  dependencies: SessionCommandDependencies,
  params: CompactParams,
): Promise<CompactResult> {
  if (params.trigger === "budget" || params.trigger === "overflow") return LEFT_TO_CLAUDE;
  const {
    agentId,
    sessionKey,
    customInstructions = "",
    abortSignal = NEVER_ABORTED,
    currentTokenCount,
  } = params;
  try {
    const outcome = await dependencies
      .bridge()
      .compactConversation(keyOf(dependencies, { agentId, sessionKey }), {
        instructions: customInstructions,
        signal: abortSignal,
      });
    if (!outcome.compacted) return { ok: true, compacted: false, reason: outcome.reason };
    const { tokensBefore = currentTokenCount, tokensAfter } = outcome;
    return {
      ok: true,
      compacted: true,
      // Without the number before, the host shows neither.
      ...(tokensBefore === undefined
        ? {}
        : { result: { tokensBefore, ...(tokensAfter === undefined ? {} : { tokensAfter }) } }),
    };
  } catch (cause) {
    const reason = paragraphOf(cause);
    dependencies.log(`compacting ${sessionKey ?? "a conversation without a key"}: ${reason}`);
    return { ok: false, compacted: false, reason };
  }
}

function keyOf(
  { readHostConfig }: SessionCommandDependencies,
  { agentId = "", sessionKey = "" }: { agentId: string | undefined; sessionKey: string | undefined },
): ReturnType<typeof conversationKeyOf> {
  if (sessionKey === "") return { agentId, openclawSessionKey: "" };
  return conversationKeyOf({ config: readHostConfig(), agentId, sessionKey });
}

function paragraphOf(cause: unknown): string {
  return unexpectedFailure(cause).toParagraph();
}
