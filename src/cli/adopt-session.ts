import { adoptClaudeSession, type Adopted } from "../contractor/adoption/adopt-claude-session.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";
import { printable } from "./table.ts";

export type AdoptOptions = { agentId: string; sessionKey: string; claudeSessionId: string };

/** Binds a Claude session that exists to a conversation. A running Gateway goes by the map, so it need not be told. */
export async function adoptSession(context: HostCliContext, options: AdoptOptions): Promise<CommandResult> {
  const { agentId, claudeSessionId } = options;
  const contractor = requireContractor(context, agentId);
  const key = await context.conversationKeyOf(options);
  const adopted = await adoptClaudeSession(context, { key, claudeSessionId, contractor });
  const { transcript, replaced } = adopted;
  const changed = replaced !== claudeSessionId;
  const previousClaudeSessionId = changed ? replaced : null;
  const data = { ...key, claudeSessionId, previousClaudeSessionId, transcript, changed };
  return { data, text: describe(adopted) };
}

function describe({ key, claudeSessionId, replaced }: Adopted): string {
  const conversation = `The conversation ${key.openclawSessionKey}`;
  if (replaced === claudeSessionId) {
    return printable(
      `${conversation} continues the Claude session ${claudeSessionId} already; nothing was changed.`,
    );
  }
  const before =
    replaced === null
      ? "It had no active session before."
      : `Until now it was the session ${replaced}; that one is closed, and can be adopted again.`;
  return [
    `${conversation} continues the Claude session ${claudeSessionId} with its next message.`,
    before,
    "If it is open in a terminal, leave it there first: what is said in two places at once is not in one memory.",
  ]
    .map(printable)
    .join("\n");
}
