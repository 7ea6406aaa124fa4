import { CLI_ROOT } from "../config/identifiers.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";

/**
 * Closes a conversation's entry in the map: its next turn begins a new Claude session. A running Gateway notices by
 * itself, because a warm session is only used while the map still names it.
 */
export async function resetSession(
  context: HostCliContext,
  options: { agentId: string; sessionKey: string },
): Promise<CommandResult> {
  const { agentId, sessionKey: openclawSessionKey } = options;
  const { workspace } = requireContractor(context, agentId);
  const closed = await context.openStore(workspace).close({ agentId, openclawSessionKey });
  if (closed === null) throw unknownSession(options);
  const { claudeSessionId: previousClaudeSessionId } = closed;
  return {
    data: { agentId, openclawSessionKey, previousClaudeSessionId },
    text: `The conversation ${openclawSessionKey} begins anew with its next message. The earlier Claude session was ${previousClaudeSessionId}.`,
  };
}

function unknownSession(options: { agentId: string; sessionKey: string }): ContractorError {
  return new ContractorError("session-unknown", {
    message: `The contractor agent "${options.agentId}" has no active session for the conversation "${options.sessionKey}".`,
    mend: `Run \`openclaw ${CLI_ROOT} sessions --agent-id ${options.agentId}\` to see its conversations.`,
  });
}
