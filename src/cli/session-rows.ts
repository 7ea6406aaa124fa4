import type { ContractorOverview, ConversationOverview } from "../overview/overview.ts";
import { ago, contextText, costText } from "../overview/quantities.ts";
import type { SeenOverview } from "./see-overview.ts";
import { renderTable } from "./table.ts";
import { terminalCommandOf, type TerminalCommand } from "../contractor/terminal-command.ts";

type Live = Pick<ConversationOverview, "warm" | "busy" | "queued">;
/** What is not known of it: a Gateway runs, but does not tell. */
type LiveOrUnknown = { [Name in keyof Live]: Live[Name] | null };

/** One Claude session of a conversation, for scripts. */
export type SessionRow = { agentId: string } & Omit<ConversationOverview, keyof Live> &
  LiveOrUnknown & {
    /** Null where there is nothing to open: no session yet, or its transcript is gone. */
    openWith: TerminalCommand | null;
  };

/** All conversations that were seen, each contractor's latest activity first. */
export function sessionRows({ contractors, gateway }: SeenOverview): SessionRow[] {
  return contractors.flatMap((contractor) =>
    contractor.conversations.map((conversation) => rowOf(contractor, { conversation, gateway })),
  );
}

function rowOf(
  { agentId }: ContractorOverview,
  seen: { conversation: ConversationOverview; gateway: SeenOverview["gateway"] },
): SessionRow {
  const { conversation, gateway } = seen;
  const { state, claudeSessionId, workspace: cwd } = conversation;
  const isOver = state === "closed" || state === "orphaned";
  const unknown = gateway === "refused" && !isOver ? { warm: null, busy: null, queued: null } : {};
  const opened = claudeSessionId === null || state === "orphaned" ? null : { cwd, claudeSessionId };
  const openWith = opened && terminalCommandOf(opened);
  return { agentId, ...conversation, ...unknown, openWith };
}

/** A table; the key comes last, because it may be long. */
export function sessionTable(rows: SessionRow[], now: Date): string {
  const header = ["AGENT", "STATE", "LIVE", "TURNS", "CONTEXT", "COST", "LAST ACTIVITY", "CLAUDE SESSION"];
  return renderTable(
    [...header, "OPENCLAW SESSION"],
    rows.map((row) => [
      row.agentId,
      stateText(row),
      liveText(row),
      String(row.turns),
      contextText(row),
      costText(row.costUsd),
      row.lastActivityAt === null ? "-" : ago(row.lastActivityAt, now),
      row.claudeSessionId ?? "-",
      row.openclawSessionKey,
    ]),
  );
}

export function stateText({ state, endedBy }: Pick<SessionRow, "state" | "endedBy">): string {
  return endedBy === null ? state : `${state} (${endedBy})`;
}

/** "busy +2": a turn runs, and two messages wait. */
export function liveText({ warm, busy, queued }: LiveOrUnknown): string {
  if (warm === null) return "?";
  const state = busy === true ? "busy" : warm ? "warm" : "-";
  return queued === null || queued === 0 ? state : `${state} +${queued}`;
}
