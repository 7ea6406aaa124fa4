import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { CHAT_COMMAND } from "./chat-command-name.ts";
import type { LoadRuntime } from "./load-runtime.ts";

/** `/contractor` in a chat, for those whom OpenClaw lets use commands. */
export function registerChatCommand(
  api: OpenClawPluginApi,
  { load, isContractor }: { load: LoadRuntime; isContractor: (agentId: string) => boolean },
): void {
  api.registerCommand({
    name: CHAT_COMMAND,
    description: "The Claude session of this conversation: status, cost, model, mode, stop, reset",
    acceptsArgs: true,
    requireAuth: true,
    async handler({ agentId = "", sessionKey = "", args = "" }) {
      if (!isContractor(agentId) || sessionKey === "")
        return { text: "This conversation is no contractor's: its turns are OpenClaw's own." };
      const text = await (await load()).answerChatCommand({ agentId, sessionKey, args });
      // What is left is a message to the agent: a command of Claude Code's.
      return text === null ? { continueAgent: true } : { text };
    },
  });
}
