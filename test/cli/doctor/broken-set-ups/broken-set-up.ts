import type { DoctorCheck } from "../../../../src/cli/doctor/doctor-check.ts";
import type { DoctorPhase } from "../../../../src/cli/doctor/doctor-phases.ts";
import type { DoctorWorld } from "../doctor-world.ts";

/** The advice to let the doctor mend it. */
export const FIX = /`openclaw contractor-agents doctor --fix`/;

/** Something that is broken on purpose, what the doctor has to say of it, and how a person follows its advice. */
export type BrokenSetUp = {
  name: string;
  phase: DoctorPhase;
  /** How the check's title begins. */
  title: string;
  status?: "warn";
  cause: RegExp;
  mend: RegExp;
  breakIt: (world: DoctorWorld) => unknown;
  /** Without it, the advice is to run the doctor with --fix. */
  follow?: (world: DoctorWorld, check: DoctorCheck) => unknown;
};
