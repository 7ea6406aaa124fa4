import { CLI_ROOT } from "../config/identifiers.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";
import { printable } from "./table.ts";

type Reset = {
  closed: SessionMapEntry | null;
  via: "gateway" | "files";
  /** How it was done, for a person. */
  way: string;
};

/**
 * Ends a conversation's Claude session: its next message begins a new one. A running Gateway does it, so that a running
 * turn ends too. Without one the map is changed, and a Gateway that starts later goes by that.
 */
export async function resetSession(
  context: HostCliContext,
  options: { agentId: string; sessionKey: string },
): Promise<CommandResult> {
  const { workspace } = requireContractor(context, options.agentId);
  const key = await context.conversationKeyOf(options);
  const { closed, via, way } = await reset(context, { workspace, key });
  if (closed === null) throw unknownSession(options);
  const { claudeSessionId: previousClaudeSessionId } = closed;
  return {
    data: { ...key, previousClaudeSessionId, via },
    text: printable(
      `The conversation ${key.openclawSessionKey} begins anew with its next message. The earlier Claude session was ${previousClaudeSessionId}. ${way}`,
    ),
  };
}

async function reset(
  context: HostCliContext,
  { workspace, key }: { workspace: string; key: ConversationKey },
): Promise<Reset> {
  const asked = await context.resetThroughGateway(key);
  if (asked.answer === "done") {
    return { closed: asked.closed, via: "gateway", way: "The running Gateway ended its Claude process." };
  }
  const closed = await context.openStore(workspace).close(key, "reset");
  // While a Gateway runs, a turn of its own may have the conversation.
  if (asked.answer === "none") await context.openTurns(workspace).forget(key);
  const way =
    asked.answer === "none"
      ? "No Gateway is running."
      : `The running Gateway could not be asked (${asked.words}), so an answer that is being written now still arrives.`;
  return { closed, via: "files", way };
}

function unknownSession(options: { agentId: string; sessionKey: string }): ContractorError {
  return new ContractorError("session-unknown", {
    message: `The contractor agent "${options.agentId}" has no active session for the conversation "${options.sessionKey}".`,
    mend: `Run \`openclaw ${CLI_ROOT} sessions --agent-id ${options.agentId}\` to see its conversations.`,
  });
}
