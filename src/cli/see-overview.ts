import { ownValue } from "../config/own-value.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { ContractorOverview, Overview, OverviewQuery } from "../overview/overview.ts";
import { readOverview } from "../overview/read-overview.ts";

/** What is running, and how that is known. */
export type SeenOverview = {
  /** Null while no Gateway tells: then the contractors are as their files say. */
  pool: Overview["pool"];
  contractors: ContractorOverview[];
  /** `refused`: it is there, but what runs in it is not known. */
  gateway: "asked" | "refused" | "none";
  /** Why it refused. */
  words?: string;
};

/**
 * Every contractor of the settings, as the running Gateway sees it; without one, as the files tell. One that the Gateway does
 * not know yet is read from its files.
 */
export async function seeOverview(context: HostCliContext, query: OverviewQuery): Promise<SeenOverview> {
  const asked = await context.overviewFromGateway(query).catch((cause: unknown) => ({
    answer: "refused" as const,
    words: unexpectedFailure(cause).toParagraph(),
  }));
  if (asked.answer === "done") {
    const { pool, contractors } = asked.overview;
    return { pool, contractors: await completed(context, { query, seen: contractors }), gateway: "asked" };
  }
  const contractors = await completed(context, { query, seen: [] });
  if (asked.answer === "none") return { pool: null, contractors, gateway: "none" };
  return { pool: null, contractors, gateway: "refused", words: asked.words };
}

async function completed(
  context: HostCliContext,
  { query, seen }: { query: OverviewQuery; seen: ContractorOverview[] },
): Promise<ContractorOverview[]> {
  const { config } = context;
  const byId = Object.fromEntries(seen.map((contractor) => [contractor.agentId, contractor]));
  const unseen = Object.entries(config.contractors).filter(([agentId]) => !Object.hasOwn(byId, agentId));
  const sources = { ...context, config: { ...config, contractors: Object.fromEntries(unseen) }, live: null };
  for (const contractor of (await readOverview(sources, query)).contractors) {
    byId[contractor.agentId] = contractor;
  }
  return Object.keys(config.contractors).flatMap((agentId) => ownValue(byId, agentId) ?? []);
}
