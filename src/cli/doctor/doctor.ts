import type { ContractorConfig } from "../../config/schema.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { CommandResult } from "../contractor-command.ts";
import { printable, renderTable } from "../table.ts";
import { credentialChecks } from "./credential-checks.ts";
import { endpointChecks } from "./endpoint-checks.ts";

/** One thing that was looked at. `cause` and `mend` are there when it did not pass. */
export type DoctorCheck = {
  phase: "credentials" | "endpoint";
  title: string;
  status: "pass" | "warn" | "fail";
  cause?: string;
  mend?: string;
};

export type CheckedContractor = { agentId: string; contractor: ContractorConfig };

/** Looks for what keeps contractors from answering or bills somebody by surprise. Exit status 1 when a check fails. */
export async function runDoctor(context: HostCliContext): Promise<CommandResult> {
  const contractors = Object.entries(context.config.contractors);
  const checks: DoctorCheck[] = [];
  for (const [agentId, contractor] of contractors) {
    checks.push(...(await credentialChecks(context, { agentId, contractor })));
  }
  checks.push(...(await endpointChecks(context)));
  const ok = checks.every(({ status }) => status !== "fail");
  if (!ok) process.exitCode = 1;
  return { data: { ok, checks }, text: describe(checks) };
}

function describe(checks: DoctorCheck[]): string {
  if (checks.length === 0) return "There are no contractors and no endpoints: nothing to look at.";
  const table = renderTable(
    ["PHASE", "CHECK", "RESULT"],
    checks.map(({ phase, title, status }) => [phase, title, status]),
  );
  const advice = checks
    .filter(({ status }) => status !== "pass")
    .map(({ title, cause, mend }) => printable([`${title}:`, cause, mend].filter(Boolean).join(" ")));
  return [table, ...advice].join("\n\n");
}
