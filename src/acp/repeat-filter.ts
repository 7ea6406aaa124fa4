import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";

/**
 * claude-agent-acp sends what a local command like `/context` prints twice: each time in one piece, and without a message
 * id. Nothing of a model's answer looks like that: it has message ids, or comes in pieces of less than a line.
 */
export function createRepeatFilter(prompt: string): (update: SessionUpdate) => boolean {
  let said = "";
  return (update) => {
    if (!prompt.startsWith("/") || update.sessionUpdate !== "agent_message_chunk") return false;
    const text = update.content.type === "text" ? update.content.text : "";
    const isRepeat = !update.messageId && text.includes("\n") && text === said;
    if (!isRepeat) said += text;
    return isRepeat;
  };
}
