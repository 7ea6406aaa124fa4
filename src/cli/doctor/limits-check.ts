import { moveAside } from "../../contractor/spending/spending-file.ts";
import { canReadLimitNotes, limitsPathOf } from "../../endpoint/limit-book.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { FIX_COMMAND, passed, type Finding } from "./doctor-check.ts";

/** What the Gateway has noted of limits: without it, limits are met again. */
export function limitsCheck(host: DoctorHost): Finding {
  const title = "The notes of limits can be read";
  const path = limitsPathOf(host.stateDir);
  if (canReadLimitNotes(path)) return passed(title);
  return {
    ...{ title, status: "warn", cause: `${path} holds no notes, so limits that are known are met again.` },
    mend: `Move it aside with \`${FIX_COMMAND}\`.`,
    repair: async () => `moved to ${await moveAside(path, host.now())}`,
  };
}
