import type { SessionMapEntry } from "../contractor/session-map-entry.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";
import { ago, renderTable } from "./table.ts";

/** The conversations of one contractor or of all, latest activity first. */
export async function listSessions(
  context: HostCliContext,
  options: { agentId?: string },
): Promise<CommandResult> {
  const { agentId } = options;
  const entries = agentId === undefined ? await allEntries(context) : await entriesOf(context, agentId);
  // By instant, not by text: "00Z" sorts behind "00.5Z" as text.
  entries.sort((left, right) => Date.parse(right.lastActivityAt) - Date.parse(left.lastActivityAt));
  return { data: { sessions: entries.map(rowOf) }, text: describe(entries, context.now()) };
}

async function allEntries(context: HostCliContext): Promise<SessionMapEntry[]> {
  const lists = await Promise.all(
    Object.keys(context.config.contractors).map((agentId) => entriesOf(context, agentId)),
  );
  return lists.flat();
}

async function entriesOf(context: HostCliContext, agentId: string): Promise<SessionMapEntry[]> {
  return context.openStore(requireContractor(context, agentId).workspace).list(agentId);
}

function rowOf(entry: SessionMapEntry): Record<string, unknown> {
  const { agentId, openclawSessionKey, claudeSessionId, state, createdAt, lastActivityAt, turns, workspace } =
    entry;
  return { agentId, openclawSessionKey, claudeSessionId, state, createdAt, lastActivityAt, turns, workspace };
}

function describe(entries: SessionMapEntry[], now: Date): string {
  if (entries.length === 0) return "No conversations yet.";
  return renderTable(
    ["AGENT", "STATE", "TURNS", "LAST ACTIVITY", "CLAUDE SESSION", "OPENCLAW SESSION"],
    entries.map((entry) => [
      entry.agentId,
      entry.state,
      String(entry.turns),
      ago(entry.lastActivityAt, now),
      entry.claudeSessionId,
      entry.openclawSessionKey,
    ]),
  );
}
