import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { ContractorOverview } from "../overview/overview.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";
import { seeOverview } from "./see-overview.ts";
import { sessionRows, sessionTable, type SessionRow } from "./session-rows.ts";
import { printable } from "./table.ts";
import { shellLineOf } from "../contractor/terminal-command.ts";

export const SESSION_STATES = ["new", "active", "closed", "orphaned"] as const;
export const SESSION_ORDERS = ["activity", "cost", "turns", "context"] as const;

export type SessionsOptions = {
  agentId?: string;
  state?: (typeof SESSION_STATES)[number];
  /** Milliseconds since the latest activity, at most. */
  activeWithin?: number;
  sort?: (typeof SESSION_ORDERS)[number];
};

type Problem = { agentId: string } & NonNullable<ContractorOverview["problem"]>;

/**
 * The conversations of one contractor or of all, latest activity first. Of all, one that cannot be read keeps nobody from
 * seeing the others; of one, its error is the command's.
 */
export async function listSessions(
  context: HostCliContext,
  options: SessionsOptions,
): Promise<CommandResult> {
  const { agentId, sort = "activity" } = options;
  if (agentId !== undefined) requireContractor(context, agentId);
  const overview = await seeOverview(context, { agentId, ended: true });
  const problems = overview.contractors.flatMap(problemOf);
  const [problem] = problems;
  if (agentId !== undefined && problem !== undefined) throw errorOf(problem);
  const isShown = filterOf(options, context.now());
  const sessions = sessionRows(overview)
    .filter(isShown)
    .sort(
      (left, right) =>
        rankIn(right, sort) - rankIn(left, sort) || rankIn(right, "activity") - rankIn(left, "activity"),
    );
  const text = [
    ...(sessions.length === 0 && problems.length > 0
      ? []
      : [tableOf(sessions, { options, now: context.now() })]),
    ...problems.map((one) => printable(`${one.agentId}: ${errorOf(one).toParagraph()}`)),
    ...terminalBlock(sessions, agentId === undefined ? "first" : "all"),
  ].join("\n\n");
  return { data: { sessions, problems }, text };
}

function problemOf({ agentId, problem }: ContractorOverview): Problem[] {
  return problem === null ? [] : [{ agentId, ...problem }];
}

function errorOf({ code, message, mend }: Problem): ContractorError {
  return new ContractorError(code, { message, mend });
}

function filterOf({ state, activeWithin }: SessionsOptions, now: Date): (row: SessionRow) => boolean {
  const since = activeWithin === undefined ? -Infinity : now.getTime() - activeWithin;
  return (row) => (state === undefined || row.state === state) && rankIn(row, "activity") >= since;
}

/** What is not known stands last; what has just begun is the latest activity. By instant, not by text: "00Z" sorts behind "00.5Z" as text. */
function rankIn(row: SessionRow, order: (typeof SESSION_ORDERS)[number]): number {
  switch (order) {
    case "activity":
      return row.lastActivityAt === null || row.busy === true
        ? Number.MAX_SAFE_INTEGER
        : Date.parse(row.lastActivityAt);
    case "cost":
      return row.costUsd ?? -1;
    case "turns":
      return row.turns;
    case "context":
      return row.contextTokens ?? -1;
  }
}

function tableOf(sessions: SessionRow[], { options, now }: { options: SessionsOptions; now: Date }): string {
  if (sessions.length > 0) return sessionTable(sessions, now);
  const isFiltered = options.state !== undefined || options.activeWithin !== undefined;
  return isFiltered ? "No such conversations." : "No conversations yet.";
}

/** How to go on with a conversation in a terminal: of each, or of the first as an example. */
function terminalBlock(rows: SessionRow[], which: "first" | "all"): string[] {
  const commands = rows.flatMap(({ state, openWith }) => (state === "active" ? (openWith ?? []) : []));
  if (commands.length === 0) return [];
  const shown = which === "all" ? commands : commands.slice(0, 1);
  const title =
    which === "all" || commands.length === 1
      ? "To open in a terminal:"
      : "To open one in a terminal, `cd <workspace> && claude --resume <Claude session>`; the first:";
  return [[title, ...shown.map((command) => `  ${shellLineOf(command)}`)].join("\n")];
}
