import { PLUGIN_ID } from "../../config/identifiers.ts";
import type { HealthCheckTarget, HostHealthCheck, HostHealthFinding } from "../../openclaw/health-checks.ts";
import type { DoctorCheck } from "./doctor-check.ts";
import { DOCTOR_PHASES, PHASE_DESCRIPTIONS, type DoctorPhase } from "./doctor-phases.ts";
import type { DoctorReport } from "./doctor.ts";

/** Looks at one phase of what OpenClaw's doctor hands over, and mends it when asked to. */
export type DiagnosePhase = (
  target: HealthCheckTarget,
  options: { phase: DoctorPhase; fix: boolean },
) => Promise<DoctorReport>;

/** The doctor's phases as checks of `openclaw doctor`, which looks at Node, OpenClaw and the Gateway itself. */
export function healthChecks(diagnose: DiagnosePhase): HostHealthCheck[] {
  return DOCTOR_PHASES.filter((phase) => phase !== "host").map((phase) => {
    const id = `${PLUGIN_ID}/${phase}`;
    return {
      id,
      description: PHASE_DESCRIPTIONS[phase],
      async detect(target) {
        const { checks } = await diagnose(target, { phase, fix: false });
        return checks.filter(({ status }) => status !== "pass").map((check) => findingOf(id, check));
      },
      async repair(target) {
        const { fixes = [] } = await diagnose(target, { phase, fix: true });
        return {
          changes: fixes.flatMap((fix) => ("done" in fix ? [`${fix.title}: ${fix.done}`] : [])),
          warnings: fixes.flatMap((fix) => ("problem" in fix ? [`${fix.title}: ${fix.problem}`] : [])),
        };
      },
    };
  });
}

function findingOf(checkId: string, { title, status, cause, mend }: DoctorCheck): HostHealthFinding {
  return {
    checkId,
    severity: status === "fail" ? "error" : "warning",
    message: cause === undefined ? title : `${title}: ${cause}`,
    ...(mend === undefined ? {} : { fixHint: mend }),
  };
}
