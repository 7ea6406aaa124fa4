import { CLI_ROOT } from "../config/identifiers.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { ContractorOverview, ConversationOverview } from "../overview/overview.ts";
import { budgetTable } from "./budget-table.ts";
import type { CommandResult } from "./contractor-command.ts";
import { reportOn, type ContractorReport, type SessionCounts } from "./contractor-report.ts";
import { contextText, costText } from "../overview/quantities.ts";
import { failureText } from "./quantities.ts";
import { seeOverview, type SeenOverview } from "./see-overview.ts";
import { printable, renderTable } from "./table.ts";

/** What is under way; null: a Gateway runs, but does not tell. */
type LiveCounts = { warm: number | null; busy: number | null; queued: number | null; spare: boolean | null };

export type ContractorStatus = ContractorReport &
  LiveCounts &
  Pick<ContractorOverview, "limits" | "spent" | "lastError"> & {
    /** The conversation whose context is fullest. */
    fullest: Pick<ConversationOverview, "openclawSessionKey" | "contextTokens" | "contextWindow"> | null;
  };

/** Every contractor: what is running, what it costs, and whatever would keep it from answering. */
export async function contractorStatus(context: HostCliContext): Promise<CommandResult> {
  const [overview, reports] = await Promise.all([
    seeOverview(context, {}),
    Promise.all(
      Object.entries(context.config.contractors).map(([agentId, contractor]) =>
        reportOn(context, { agentId, contractor }),
      ),
    ),
  ]);
  const contractors = reports.map((report) => statusOf(report, overview));
  const gateway = { reachable: overview.gateway !== "none", pool: overview.pool };
  return { data: { contractors, gateway }, text: describe(contractors, { overview, now: context.now() }) };
}

/** A report with what an overview tells of the same contractor. */
export function statusOf(report: ContractorReport, seen: SeenOverview): ContractorStatus {
  const overview = seen.contractors.find(({ agentId }) => agentId === report.agentId);
  const { warm = 0, busy = 0, queued = 0, spare = false } = overview ?? {};
  const { limits = [], spent = null, lastError = null, conversations = [] } = overview ?? {};
  const live = seen.gateway === "refused" ? UNKNOWN : { warm, busy, queued, spare };
  return { ...report, ...live, fullest: fullestOf(conversations), spent, limits, lastError };
}

const UNKNOWN: LiveCounts = { warm: null, busy: null, queued: null, spare: null };

function fullestOf(conversations: ConversationOverview[]): ContractorStatus["fullest"] {
  const [fullest] = conversations
    .filter(({ contextTokens }) => contextTokens !== null)
    .sort((left, right) => fillOf(right) - fillOf(left));
  if (fullest === undefined) return null;
  const { openclawSessionKey, contextTokens, contextWindow } = fullest;
  return { openclawSessionKey, contextTokens, contextWindow };
}

function fillOf({ contextTokens, contextWindow }: ConversationOverview): number {
  return (contextTokens ?? 0) / (contextWindow ?? Infinity);
}

function describe(
  contractors: ContractorStatus[],
  { overview, now }: { overview: SeenOverview; now: Date },
): string {
  const gateway = gatewayLine(overview);
  if (contractors.length === 0) {
    return `No contractor agents yet. Create one with \`openclaw ${CLI_ROOT} add --agent-id <id> --workspace <folder> --contractor claude\`.\n${gateway}`;
  }
  const header = [
    "AGENT",
    "STATE",
    "WARM",
    "BUSY",
    "QUEUED",
    "SESSIONS",
    "CONTEXT",
    "TODAY",
    "ALL",
    "LAST ERROR",
  ];
  const table = renderTable(
    header,
    contractors.map((row) => [
      row.agentId,
      stateOf(row),
      ...[row.warm, row.busy, row.queued].map((count) => countText(count, overview)),
      sessionsText(row.sessions),
      row.fullest === null ? "-" : contextText(row.fullest),
      costText(row.spent?.day.usd ?? null),
      costText(row.spent?.agent.usd ?? null),
      failureText(row.lastError, now),
    ]),
  );
  const lines = contractors.flatMap((row) =>
    [...row.problems, ...row.warnings].map((words) => printable(`${row.agentId}: ${words}`)),
  );
  return [table, ...budgetTable(contractors), ...lines, gateway].join("\n\n");
}

function countText(count: number | null, { gateway }: SeenOverview): string {
  if (count === null) return "?";
  return gateway === "none" ? "-" : String(count);
}

function gatewayLine({ gateway, pool, words = "" }: SeenOverview): string {
  if (gateway === "none") return "Gateway: not reachable";
  if (pool === null) return printable(`Gateway: reachable, but it does not tell what is running (${words})`);
  const { liveSessions, maxLiveSessions, spareSessions } = pool;
  return `Gateway: reachable, ${liveSessions} of ${maxLiveSessions} Claude sessions live, ${spareSessions} of them spare`;
}

/** "problem" keeps it from answering; "warning" should be looked at. */
export function stateOf({ problems, warnings }: Pick<ContractorReport, "problems" | "warnings">): string {
  if (problems.length > 0) return "problem";
  return warnings.length > 0 ? "warning" : "ok";
}

/** "2 active, 1 closed". */
export function sessionsText({ active, closed, orphaned }: SessionCounts): string {
  const others = [
    ...(closed > 0 ? [`${closed} closed`] : []),
    ...(orphaned > 0 ? [`${orphaned} orphaned`] : []),
  ];
  return [`${active} active`, ...others].join(", ");
}
