import type { ContractorConfig } from "../config/schema.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import { budgetTable } from "./budget-table.ts";
import type { CommandResult } from "./contractor-command.ts";
import { reportOn } from "./contractor-report.ts";
import { contextText, costText } from "../overview/quantities.ts";
import { countOf } from "../overview/quantities.ts";
import { failureText } from "./quantities.ts";
import { requireContractor } from "./require-contractor.ts";
import { seeOverview, type SeenOverview } from "./see-overview.ts";
import { sessionRows, sessionTable } from "./session-rows.ts";
import { settingText } from "./settings/setting-text.ts";
import { showConversation } from "./show-conversation.ts";
import { sessionsText, stateOf, statusOf, type ContractorStatus } from "./status.ts";
import { printable, renderFacts } from "./table.ts";

export type ShowOptions = { agentId: string; sessionKey?: string };

/** One contractor in full: what it does, how it is set, its conversations; or one conversation. */
export async function showContractor(context: HostCliContext, options: ShowOptions): Promise<CommandResult> {
  const { agentId, sessionKey } = options;
  const contractor = requireContractor(context, agentId);
  if (sessionKey !== undefined) return showConversation(context, { agentId, sessionKey });
  const [report, overview] = await Promise.all([
    reportOn(context, { agentId, contractor }),
    seeOverview(context, { agentId }),
  ]);
  const status = statusOf(report, overview);
  const conversations = sessionRows(overview).filter((row) => row.agentId === agentId);
  const text = [
    renderFacts(factsOf(status, { overview, now: context.now() })),
    renderFacts(settingsOf(contractor)),
    ...budgetTable([status]),
    ...(conversations.length === 0 ? [] : [sessionTable(conversations, context.now())]),
    ...[...status.problems, ...status.warnings].map(printable),
  ].join("\n\n");
  return { data: { contractor: status, settings: contractor, conversations }, text };
}

function factsOf(
  status: ContractorStatus,
  { overview, now }: { overview: SeenOverview; now: Date },
): [string, string][] {
  const { agentId, warm, busy, queued, fullest, spent, lastError } = status;
  const unknown =
    overview.gateway === "none" ? "no Gateway is running" : "not known: the Gateway does not tell";
  const live =
    overview.gateway === "asked" ? `${warm ?? 0} warm, ${busy ?? 0} busy, ${queued ?? 0} queued` : unknown;
  const used = spent && { day: costText(spent.day.usd), agent: costText(spent.agent.usd) };
  return [
    ["agent", agentId],
    ["state", stateOf(status)],
    ["live", live],
    ["sessions", sessionsText(status.sessions)],
    ["fullest context", fullest === null ? "-" : contextText(fullest)],
    ["used today", used === null ? "-" : `${used.day}, ${countOf(spent?.day.turns ?? 0, "turn")}`],
    ["used in all", used === null ? "-" : `${used.agent}, ${countOf(spent?.agent.turns ?? 0, "turn")}`],
    ["last error", failureText(lastError, now)],
  ];
}

function settingsOf(contractor: ContractorConfig): [string, string][] {
  return Object.entries(contractor).map(([name, value]) => [name, printable(settingText(value))]);
}
