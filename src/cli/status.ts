import { BRIDGE_MODEL_REF, CLI_ROOT } from "../config/identifiers.ts";
import type { ContractorConfig } from "../config/schema.ts";
import { resolveWorkspace } from "../contractor/workspace.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { renderTable } from "./table.ts";

type SessionCounts = { active: number; closed: number; orphaned: number };

type ContractorStatus = {
  agentId: string;
  contractor: string;
  model: string;
  workspace: string;
  adapter: string;
  endpoint: string | null;
  mode: string;
  sessions: SessionCounts;
  problems: string[];
};

/** Every contractor with its sessions and whatever would keep it from answering. */
export async function contractorStatus(context: HostCliContext): Promise<CommandResult> {
  const [reachable, contractors] = await Promise.all([
    context.isGatewayReachable(),
    Promise.all(
      Object.entries(context.config.contractors).map(([agentId, contractor]) =>
        statusOf(context, { agentId, contractor }),
      ),
    ),
  ]);
  return { data: { contractors, gateway: { reachable } }, text: describe(contractors, reachable) };
}

async function statusOf(
  context: HostCliContext,
  { agentId, contractor }: { agentId: string; contractor: ContractorConfig },
): Promise<ContractorStatus> {
  const problems: string[] = [];
  const note = (cause: unknown): void => {
    problems.push(unexpectedFailure(cause).toParagraph());
  };
  if (!context.agentIds.includes(agentId)) problems.push(agentMissing(agentId));
  if (contractor.endpoint !== undefined && !Object.hasOwn(context.config.endpoints, contractor.endpoint)) {
    problems.push(`Its endpoint profile "${contractor.endpoint}" does not exist.`);
  }
  const workspaceUsable = await resolveWorkspace(contractor.workspace).then(() => true, note);
  if (!(await context.isAdapterInstalled(contractor.adapter))) {
    problems.push(`Its adapter ${contractor.adapter} is not installed; the next turn installs it.`);
  }
  const sessions = { active: 0, closed: 0, orphaned: 0 };
  const entries = await context
    .openStore(contractor.workspace)
    .list(agentId)
    .catch((cause: unknown) => {
      // Of a workspace that cannot be used, the list says so already.
      if (workspaceUsable) note(cause);
      return [];
    });
  for (const { state } of entries) sessions[state] += 1;
  const { workspace, adapter, endpoint = null, mode } = contractor;
  return {
    agentId,
    contractor: contractor.contractor,
    model: BRIDGE_MODEL_REF,
    workspace,
    adapter,
    endpoint,
    mode,
    sessions,
    problems,
  };
}

function agentMissing(agentId: string): string {
  return `OpenClaw has no agent "${agentId}" any more. Remove the contractor with \`openclaw ${CLI_ROOT} remove --agent-id ${agentId} --yes\`.`;
}

function describe(contractors: ContractorStatus[], reachable: boolean): string {
  const gateway = `Gateway: ${reachable ? "reachable" : "not reachable"}`;
  if (contractors.length === 0) {
    return `No contractor agents yet. Create one with \`openclaw ${CLI_ROOT} add --agent-id <id> --workspace <folder> --contractor claude\`.\n${gateway}`;
  }
  const table = renderTable(
    ["AGENT", "CONTRACTOR", "MODE", "ADAPTER", "ENDPOINT", "SESSIONS", "STATE", "WORKSPACE"],
    contractors.map((row) => [
      row.agentId,
      row.contractor,
      row.mode,
      row.adapter,
      row.endpoint ?? "Claude login",
      sessionsText(row.sessions),
      row.problems.length === 0 ? "ok" : "problem",
      row.workspace,
    ]),
  );
  const problems = contractors.flatMap((row) => row.problems.map((problem) => `${row.agentId}: ${problem}`));
  return [table, ...problems.map((problem) => `\n${problem}`), `\n${gateway}`].join("\n");
}

function sessionsText({ active, closed, orphaned }: SessionCounts): string {
  const others = [
    ...(closed > 0 ? [`${closed} closed`] : []),
    ...(orphaned > 0 ? [`${orphaned} orphaned`] : []),
  ];
  return [`${active} active`, ...others].join(", ");
}
