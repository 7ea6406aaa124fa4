import { createDoctorHost } from "../../openclaw/doctor-host.ts";
import { diagnose } from "./doctor.ts";
import type { DiagnosePhase } from "./health-checks.ts";

/** For `openclaw doctor`, which looks at OpenClaw itself: see doctor-contract-api.ts. */
export const diagnosePhase: DiagnosePhase = (target, { phase, fix }) =>
  diagnose(createDoctorHost({ ...target, openclawVersion: undefined }), { phases: [phase], fix });
