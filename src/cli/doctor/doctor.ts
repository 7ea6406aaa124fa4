import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { unexpectedFailure } from "../../errors/unexpected-failure.ts";
import type { CommandResult } from "../contractor-command.ts";
import { adapterChecks } from "./adapter-checks.ts";
import { claudeCodeChecks } from "./claude-code-checks.ts";
import { credentialChecks } from "./credential-checks.ts";
import { failedBy, type DoctorCheck, type Finding, type PhaseChecks } from "./doctor-check.ts";
import { DOCTOR_PHASES, type DoctorPhase } from "./doctor-phases.ts";
import { describeReport } from "./doctor-report.ts";
import { endpointChecks } from "./endpoint-checks.ts";
import { hostChecks } from "./host-checks.ts";
import { pluginChecks } from "./plugin-checks.ts";
import { processChecks } from "./process-checks.ts";
import { stateChecks } from "./state-checks.ts";
import { workspaceChecks } from "./workspace-checks.ts";

export type DoctorOptions = {
  /** Only these; all without it. */
  phases?: readonly DoctorPhase[] | undefined;
  /** Mends what is safe to mend. */
  fix?: boolean | undefined;
};

/** Something that was mended, or could not be. */
export type DoctorFix = { phase: DoctorPhase; title: string } & ({ done: string } | { problem: string });

/** `checks` tell of what is there after the fixes; `fixes` is there when it was asked to mend. */
export type DoctorReport = { ok: boolean; checks: DoctorCheck[]; fixes?: DoctorFix[] };

const CHECKS: Record<DoctorPhase, PhaseChecks> = {
  host: hostChecks,
  plugin: pluginChecks,
  adapter: adapterChecks,
  "claude-code": claudeCodeChecks,
  credentials: credentialChecks,
  endpoint: endpointChecks,
  workspace: workspaceChecks,
  state: stateChecks,
  processes: processChecks,
};

/** Looks for what keeps contractors from answering or bills somebody by surprise. Exit status 1 when a check fails. */
export async function runDoctor(host: DoctorHost, options: DoctorOptions = {}): Promise<CommandResult> {
  const report = await diagnose(host, options);
  if (!report.ok) process.exitCode = 1;
  return { data: report, text: describeReport(report) };
}

export async function diagnose(
  host: DoctorHost,
  { phases = DOCTOR_PHASES, fix = false }: DoctorOptions,
): Promise<DoctorReport> {
  const checks: DoctorCheck[] = [];
  const fixes: DoctorFix[] = [];
  for (const phase of DOCTOR_PHASES.filter((name) => phases.includes(name))) {
    let findings = await look(host, phase);
    const mended = fix ? await mend(phase, findings) : [];
    fixes.push(...mended);
    if (mended.length > 0) findings = await look(host, phase);
    checks.push(...findings.map((finding) => checkOf(phase, finding)));
  }
  const ok = checks.every(({ status }) => status !== "fail");
  return fix ? { ok, checks, fixes } : { ok, checks };
}

async function look(host: DoctorHost, phase: DoctorPhase): Promise<Finding[]> {
  try {
    return await CHECKS[phase](host);
  } catch (cause) {
    // A doctor that falls over what is broken helps nobody.
    return [failedBy(`${phase} can be looked at`, cause)];
  }
}

async function mend(phase: DoctorPhase, findings: Finding[]): Promise<DoctorFix[]> {
  const fixes: DoctorFix[] = [];
  const tried = new Set<Finding["repair"]>();
  for (const { title, status, repair } of findings) {
    // Several checks may have one repair.
    if (status === "pass" || repair === undefined || tried.has(repair)) continue;
    tried.add(repair);
    fixes.push({ phase, title, ...(await outcomeOf(repair)) });
  }
  return fixes;
}

async function outcomeOf(repair: () => Promise<string>): Promise<{ done: string } | { problem: string }> {
  try {
    return { done: await repair() };
  } catch (cause) {
    return { problem: unexpectedFailure(cause).toParagraph() };
  }
}

function checkOf(phase: DoctorPhase, { title, status, cause, mend }: Finding): DoctorCheck {
  return {
    ...{ phase, title, status },
    ...(cause === undefined ? {} : { cause }),
    ...(mend === undefined ? {} : { mend }),
  };
}
