import { getSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import type { TurnRequest } from "../bridge/turn.ts";
import { readConversationHistory } from "./conversation-history.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import type { AttemptParams } from "./harness-types.ts";
import type { HostConfig } from "./plugin-config.ts";

/** A signal for hosts that give none: such a turn cannot be cancelled, but it can run. */
const NEVER_ABORTED = new AbortController().signal;

/** The host's prepared attempt as a turn of the bridge. Everything else the host prepared belongs to its own model loop. */
export function turnRequestOf(params: AttemptParams, config: HostConfig): TurnRequest {
  const { agentId = "", sessionKey = "" } = params;
  return {
    ...(sessionKey === ""
      ? { agentId, openclawSessionKey: "" }
      : conversationKeyOf({ config, agentId, sessionKey })),
    lifecycle: lifecycleOf(params),
    readHistory: () => readConversationHistory(params),
    message: {
      text: params.prompt,
      context: params.currentInboundContext?.text,
      images: (params.images ?? []).map(({ data, mimeType }) => ({ data, mimeType })),
    },
    signal: params.abortSignal ?? NEVER_ABORTED,
    lastTurnOfProcess: params.oneShotCliRun ?? false,
  };
}

/** OpenClaw gives a conversation another revision at every reset, and keeps it when it compacts its own history. */
function lifecycleOf({ agentId, sessionKey, sessionTarget }: AttemptParams): string | undefined {
  if (sessionKey === undefined) return undefined;
  return getSessionEntry({
    sessionKey,
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  })?.lifecycleRevision;
}
