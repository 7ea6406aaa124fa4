import { BRIDGE_MODEL_REF, CLI_ROOT } from "../config/identifiers.ts";
import type { ContractorConfig, PermissionMode } from "../config/schema.ts";
import { limitSentence } from "../contractor/limit-in-words.ts";
import { ownLimits } from "../endpoint/own-limits.ts";
import { budgetReportOf, type BudgetRow } from "../contractor/spending/budget-report.ts";
import { claudeModeOf } from "../contractor/permission-mode.ts";
import type { SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import { sessionWarnings } from "./session-warnings.ts";

export type SessionCounts = { active: number; closed: number; orphaned: number };

export type ContractorReport = {
  agentId: string;
  contractor: string;
  model: string;
  workspace: string;
  adapter: string;
  endpoint: string | null;
  mode: string;
  permissionMode: PermissionMode;
  sessions: SessionCounts;
  /** Each of its limits; empty when it has none. */
  budget: BudgetRow[];
  /** What keeps it from answering. */
  problems: string[];
  /** What should be looked at, though it answers. */
  warnings: string[];
};

const BYPASS =
  "Its permission mode is bypass: whoever may talk to it can have anything done as the Gateway's user, and nobody is asked.";

/** A contractor's settings and sessions, and whatever would keep it from answering. */
export async function reportOn(
  context: HostCliContext,
  { agentId, contractor }: { agentId: string; contractor: ContractorConfig },
): Promise<ContractorReport> {
  const settings = await settingProblems(context, { agentId, contractor });
  const { sessions, warnings, problems } = await sessionsOf(context, { agentId, contractor });
  const budget = await budgetReportOf(context, { agentId, contractor });
  const { workspace, adapter, endpoint = null, mode, permissionMode } = contractor;
  return {
    agentId,
    contractor: contractor.contractor,
    model: BRIDGE_MODEL_REF,
    workspace,
    adapter,
    endpoint,
    mode,
    permissionMode,
    sessions,
    budget: budget.rows,
    problems: [...settings, ...problems, ...budget.problems],
    warnings: [
      ...(permissionMode === "bypass" ? [BYPASS] : []),
      ...limitWarnings(context, contractor),
      ...warnings,
    ],
  };
}

async function settingProblems(
  context: HostCliContext,
  { agentId, contractor }: { agentId: string; contractor: ContractorConfig },
): Promise<string[]> {
  const problems: string[] = [];
  if (!context.agentIds.includes(agentId)) problems.push(agentMissing(agentId));
  if (contractor.endpoint !== undefined && !Object.hasOwn(context.config.endpoints, contractor.endpoint)) {
    problems.push(`Its endpoint profile "${contractor.endpoint}" does not exist.`);
  }
  if (!(await context.isAdapterInstalled(contractor.adapter))) {
    problems.push(`Its adapter ${contractor.adapter} is not installed; the next turn installs it.`);
  }
  const mode = permissionProblem(context, contractor);
  return mode === undefined ? problems : [...problems, mode];
}

/** What its own endpoint and those that serve in its place have said of limits, as the Gateway has noted. */
function limitWarnings(context: HostCliContext, contractor: ContractorConfig): string[] {
  return ownLimits(context.limits, contractor).map((note) => limitSentence(note, context.now()));
}

/** The user of this command is taken for the Gateway's. */
function permissionProblem({ uid }: HostCliContext, contractor: ContractorConfig): string | undefined {
  try {
    claudeModeOf({ ...contractor, uid });
    return undefined;
  } catch (cause) {
    return unexpectedFailure(cause).toParagraph();
  }
}

/** What the workspace holds. One that cannot be used is one problem, and not a second one for its map. */
async function sessionsOf(
  context: HostCliContext,
  { agentId, contractor }: { agentId: string; contractor: ContractorConfig },
): Promise<Pick<ContractorReport, "sessions" | "problems" | "warnings">> {
  const { workspace } = contractor;
  const problems: string[] = [];
  const note = (cause: unknown): undefined => {
    problems.push(unexpectedFailure(cause).toParagraph());
  };
  const usable = await resolveWorkspace(workspace).then(() => true, note);
  const store = context.openStore(workspace);
  const entries = await store.list(agentId).catch(usable ? note : () => undefined);
  if (entries === undefined) return { sessions: countsOf([]), problems, warnings: [] };
  const warnings = await sessionWarnings(context, { contractor, store, entries }).catch(note);
  return { sessions: countsOf(entries), problems, warnings: warnings ?? [] };
}

function countsOf(entries: SessionMapEntry[]): SessionCounts {
  const counts = { active: 0, closed: 0, orphaned: 0 };
  for (const { state } of entries) counts[state] += 1;
  return counts;
}

function agentMissing(agentId: string): string {
  return `OpenClaw has no agent "${agentId}" any more. Remove the contractor with \`openclaw ${CLI_ROOT} remove --agent-id ${agentId} --yes\`.`;
}
