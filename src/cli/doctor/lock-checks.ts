import { hostname } from "node:os";
import { inspectLock, removeLeftLock } from "../../contractor/session-map/session-map-lock-inspection.ts";
import type { LockOwner } from "../../contractor/session-map/session-map-lock-owner.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { FIX_COMMAND, passed, type Finding } from "./doctor-check.ts";

/** As long as a writer waits for it: turns fail from then on. */
const LONG_MS = 10_000;

/** Whether the next writer of a file gets its lock. */
export async function lockCheck(
  host: DoctorHost,
  { title, path }: { title: string; path: string },
): Promise<Finding> {
  const lock = await inspectLock(path);
  if (lock.state === "free") return passed(title);
  if (lock.state === "left") {
    return {
      ...{
        title,
        status: "warn",
        cause: `A process that is gone has left ${path}.lock; the next writer takes it over.`,
      },
      mend: `Remove it with \`${FIX_COMMAND}\`.`,
      repair: async () => ((await removeLeftLock(path)) ? `removed ${path}.lock` : "somebody holds it again"),
    };
  }
  const { owner, since } = lock;
  if (host.now().getTime() - since.getTime() < LONG_MS) return passed(title);
  return {
    ...{ title, status: "fail" },
    cause: `${holderIn(owner)} has held ${path}.lock since ${since.toISOString()}.`,
    mend: adviceFor(owner),
  };
}

function holderIn(owner: LockOwner | null): string {
  return owner === null ? "Another process" : `Process ${owner.pid} (${owner.command}) on ${owner.host}`;
}

function adviceFor(owner: LockOwner | null): string {
  if (owner === null)
    return "Look for a Gateway on another machine that uses this folder, and stop one of the two.";
  const where = owner.host === hostname() ? "" : ` on ${owner.host}`;
  return `End that process${where} (\`kill ${owner.pid}\`): nothing holds a lock for so long.`;
}
