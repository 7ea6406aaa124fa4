import { AsyncLocalStorage } from "node:async_hooks";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import type { HostConfig } from "./plugin-config.ts";

type TranscriptUpdate = { target: { agentId: string; sessionKey: string }; message?: unknown };

/**
 * OpenClaw writes a message into its history before it prepares the turn; after its start that takes a second or two, and the
 * contractor's process can be started meanwhile. Returns what stops it.
 */
export function expectTurns({
  onTranscriptUpdate,
  isContractor,
  bridge,
  readHostConfig,
}: {
  /** The host's event for each row of a transcript. Returns what ends it. */
  onTranscriptUpdate: (listener: (update: TranscriptUpdate) => void) => () => void;
  isContractor: (agentId: string) => boolean;
  bridge: () => Pick<ContractorClaudeBridge, "expectTurn">;
  readHostConfig: () => HostConfig;
}): () => void {
  // A process outlives the message that it is started for, and is no part of its work.
  const outside = AsyncLocalStorage.snapshot();
  return onTranscriptUpdate(({ target: { agentId, sessionKey }, message }) => {
    if (!isOfUser(message) || !isContractor(agentId)) return;
    const key = conversationKeyOf({ config: readHostConfig(), agentId, sessionKey });
    void outside(() => bridge().expectTurn(key));
  });
}

function isOfUser(message: unknown): boolean {
  return typeof message === "object" && message !== null && "role" in message && message.role === "user";
}
