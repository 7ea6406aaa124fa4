import type { ContractorConfig } from "../config/schema.ts";
import { budgetReportOf } from "../contractor/spending/budget-report.ts";
import { ownLimits } from "../endpoint/own-limits.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { OverviewSources } from "./overview-sources.ts";
import type { ContractorOverview, Overview, OverviewQuery } from "./overview.ts";
import { failureSeen, readConversations } from "./read-conversations.ts";

/** Never rejects: a contractor whose conversations cannot be read says so, and keeps nobody from seeing the others. */
export async function readOverview(sources: OverviewSources, query: OverviewQuery): Promise<Overview> {
  const { config, live } = sources;
  const asked = Object.entries(config.contractors).filter(
    ([agentId]) => query.agentId === undefined || query.agentId === agentId,
  );
  const contractors = await Promise.all(
    asked.map(([agentId, contractor]) => contractorOf(sources, { agentId, contractor, query })),
  );
  const pool = live && {
    liveSessions: live.liveSessions,
    maxLiveSessions: config.maxLiveSessions,
    spareSessions: live.spareSessions,
  };
  return { at: sources.now().toISOString(), pool, contractors };
}

async function contractorOf(
  sources: OverviewSources,
  of: { agentId: string; contractor: ContractorConfig; query: OverviewQuery },
): Promise<ContractorOverview> {
  const { live, limits } = sources;
  const { agentId, contractor, query } = of;
  const { workspace, adapter, endpoint = null, model = null, mode, permissionMode } = contractor;
  const { rows: budget } = await budgetReportOf(sources, of);
  const read = await readConversations(sources, { agentId, workspace }).then(
    (conversations) => ({ conversations, problem: null }),
    (cause: unknown) => ({ conversations: [], problem: wordsOf(cause) }),
  );
  const { conversations, problem } = read;
  const failure = live?.failures.find((one) => one.agentId === agentId);
  return {
    ...{ agentId, contractor: contractor.contractor, workspace, adapter, endpoint, model },
    ...{ mode, permissionMode },
    warm: conversations.filter(({ warm }) => warm).length,
    busy: conversations.filter(({ busy }) => busy).length,
    queued: conversations.reduce((sum, { queued }) => sum + queued, 0),
    spare: live?.hasSpare(agentId) ?? false,
    limits: ownLimits(limits, contractor).map(({ endpoint, code, since, until, told }) => ({
      ...{ endpoint, code, since, until, told },
    })),
    budget,
    spent: await spentBy(sources, { agentId, workspace }),
    lastError: failureSeen(failure),
    problem,
    conversations: query.ended === true ? conversations : conversations.filter(isNotOver),
  };
}

function isNotOver({ state }: { state: string }): boolean {
  return state === "new" || state === "active";
}

async function spentBy(
  sources: OverviewSources,
  { agentId, workspace }: { agentId: string; workspace: string },
): Promise<ContractorOverview["spent"]> {
  const spending = await sources
    .openSpending(workspace)
    .agent(agentId)
    .catch(() => null);
  if (spending === null) return null;
  const { day, agent, since } = spending;
  return { day, agent, since };
}

function wordsOf(cause: unknown): ContractorOverview["problem"] {
  const { code, message, mend } = unexpectedFailure(cause);
  return { code, message, mend };
}
