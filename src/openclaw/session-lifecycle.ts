import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";
import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import type { HostConfig } from "./plugin-config.ts";

export type LifecycleDependencies = {
  bridge: () => ContractorClaudeBridge;
  readHostConfig: () => HostConfig;
  log: (message: string) => void;
};

export type SessionLifecycle = Required<
  Pick<AgentHarnessV2, "reset" | "withSessionDeletion" | "withSessionContextReset">
>;

const NOTHING_TO_DO = { commit: () => undefined, rollback: () => undefined };

/**
 * What the host says about the life of its sessions. All of it is broadcast for every session of every agent: the bridge
 * ignores those that are not a contractor's.
 */
export function createSessionLifecycle(dependencies: LifecycleDependencies): SessionLifecycle {
  const { bridge, readHostConfig, log } = dependencies;
  return {
    async reset({ agentId, sessionKey, reason }) {
      if (agentId === undefined || sessionKey === undefined) return;
      const key = conversationKeyOf({ config: readHostConfig(), agentId, sessionKey });
      // OpenClaw's own compaction shortens its history and keeps the conversation.
      if (reason === "compaction") return;
      // Said before the deletion, which may still fail: `withSessionDeletion` closes the entry when it succeeds.
      if (reason === "deleted") await bridge().interruptConversation(key);
      else await bridge().resetConversation(key, "reset");
    },
    async withSessionDeletion(params, run) {
      const key = conversationKeyOf({ config: readHostConfig(), ...params });
      const progress = { begun: false };
      try {
        return await bridge().resetWithin({ key, endedBy: "deleted" }, (mutation) => {
          progress.begun = true;
          return run(mutation);
        });
      } catch (cause) {
        if (progress.begun) throw cause;
        // A workspace that is gone must not keep its agent's sessions from being deleted. Should the key be used
        // again, the other lifecycle tells that the entry belongs to the past.
        log(
          `deleting ${params.sessionKey}: its entry stays in the session map: ${unexpectedFailure(cause).toParagraph()}`,
        );
        return run(NOTHING_TO_DO);
      }
    },
    async withSessionContextReset(params, run) {
      const key = conversationKeyOf({ config: readHostConfig(), ...params });
      return bridge().resetWithin({ key, endedBy: "rewound" }, run);
    },
  };
}
