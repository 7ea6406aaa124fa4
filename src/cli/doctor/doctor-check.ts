import type { ContractorConfig } from "../../config/schema.ts";
import { CLI_ROOT } from "../../config/identifiers.ts";
import { unexpectedFailure } from "../../errors/unexpected-failure.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import type { DoctorPhase } from "./doctor-phases.ts";

/** One thing that was looked at. `cause` and `mend` are there when it did not pass. */
export type DoctorCheck = {
  phase: DoctorPhase;
  title: string;
  status: "pass" | "warn" | "fail";
  cause?: string;
  /** One thing to try. */
  mend?: string;
};

/** A check as its phase makes it. `repair` mends it where that is safe, and resolves to what it did. */
export type Finding = Omit<DoctorCheck, "phase"> & { repair?: () => Promise<string> };

export type CheckedContractor = { agentId: string; contractor: ContractorConfig };

/** All that a phase looks at. */
export type PhaseChecks = (host: DoctorHost) => Promise<Finding[]> | Finding[];

export const FIX_COMMAND = `openclaw ${CLI_ROOT} doctor --fix`;

export function passed(title: string): Finding {
  return { title, status: "pass" };
}

/** What was thrown, as a check that failed with its words and its mend. */
export function failedBy(title: string, cause: unknown, mend?: string): Finding {
  const failure = unexpectedFailure(cause);
  return { title, status: "fail", cause: failure.message, mend: mend ?? failure.mend };
}

export function contractorsOf({ config }: DoctorHost): CheckedContractor[] {
  return Object.entries(config.contractors).map(([agentId, contractor]) => ({ agentId, contractor }));
}
