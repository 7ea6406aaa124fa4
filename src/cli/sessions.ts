import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";
import { ago, printable, renderTable } from "./table.ts";
import { shellLineOf, terminalCommandOf, type TerminalCommand } from "./terminal-command.ts";

/** A contractor whose conversations could not be read. */
type Problem = { agentId: string; error: ContractorError };

/**
 * The conversations of one contractor or of all, latest activity first. Of all, one that cannot be read keeps nobody from
 * seeing the others; of one, its error is the command's.
 */
export async function listSessions(
  context: HostCliContext,
  options: { agentId?: string },
): Promise<CommandResult> {
  const { agentId } = options;
  const { entries, problems } =
    agentId === undefined
      ? await allEntries(context)
      : { entries: await entriesOf(context, agentId), problems: [] };
  // By instant, not by text: "00Z" sorts behind "00.5Z" as text.
  entries.sort((left, right) => Date.parse(right.lastActivityAt) - Date.parse(left.lastActivityAt));
  const text = [
    ...(entries.length === 0 && problems.length > 0 ? [] : [tableOf(entries, context.now())]),
    ...problems.map((problem) => printable(`${problem.agentId}: ${problem.error.toParagraph()}`)),
    ...terminalBlock(entries, agentId === undefined ? "first" : "all"),
  ].join("\n\n");
  return { data: { sessions: entries.map(rowOf), problems: problems.map(problemRowOf) }, text };
}

async function allEntries(
  context: HostCliContext,
): Promise<{ entries: SessionMapEntry[]; problems: Problem[] }> {
  const agentIds = Object.keys(context.config.contractors);
  const lists = await Promise.allSettled(agentIds.map((agentId) => entriesOf(context, agentId)));
  const problems = lists.flatMap((list, index) =>
    list.status === "rejected"
      ? [{ agentId: agentIds[index] ?? "", error: unexpectedFailure(list.reason) }]
      : [],
  );
  return {
    entries: lists.flatMap((list) => (list.status === "fulfilled" ? list.value : [])),
    problems,
  };
}

async function entriesOf(context: HostCliContext, agentId: string): Promise<SessionMapEntry[]> {
  return context.openStore(requireContractor(context, agentId).workspace).list(agentId);
}

function rowOf(entry: SessionMapEntry): Record<string, unknown> {
  const { agentId, openclawSessionKey, claudeSessionId, state, createdAt, lastActivityAt } = entry;
  const { endedAt = null, endedBy = null, turns, workspace } = entry;
  return {
    agentId,
    openclawSessionKey,
    claudeSessionId,
    state,
    createdAt,
    lastActivityAt,
    endedAt,
    endedBy,
    turns,
    workspace,
    // Of an orphaned one the transcript is gone: nothing could be opened.
    openWith: state === "orphaned" ? null : openWith(entry),
  };
}

function openWith({ workspace, claudeSessionId }: SessionMapEntry): TerminalCommand {
  return terminalCommandOf({ cwd: workspace, claudeSessionId });
}

function problemRowOf({ agentId, error: { code, message, mend } }: Problem): Record<string, unknown> {
  return { agentId, code, message, mend };
}

function tableOf(entries: SessionMapEntry[], now: Date): string {
  if (entries.length === 0) return "No conversations yet.";
  return renderTable(
    ["AGENT", "STATE", "TURNS", "LAST ACTIVITY", "CLAUDE SESSION", "OPENCLAW SESSION"],
    entries.map((entry) => [
      entry.agentId,
      entry.endedBy === undefined ? entry.state : `${entry.state} (${entry.endedBy})`,
      String(entry.turns),
      ago(entry.lastActivityAt, now),
      entry.claudeSessionId,
      entry.openclawSessionKey,
    ]),
  );
}

/** How to go on with a conversation in a terminal: of each, or of the first as an example. */
function terminalBlock(entries: SessionMapEntry[], which: "first" | "all"): string[] {
  const commands = entries.filter(({ state }) => state === "active").map(openWith);
  if (commands.length === 0) return [];
  const shown = which === "all" ? commands : commands.slice(0, 1);
  const title =
    which === "all" || commands.length === 1
      ? "To open in a terminal:"
      : "To open one in a terminal, `cd <workspace> && claude --resume <Claude session>`; the first:";
  return [[title, ...shown.map((command) => `  ${shellLineOf(command)}`)].join("\n")];
}
