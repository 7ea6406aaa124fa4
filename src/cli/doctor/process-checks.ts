import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { FIX_COMMAND, passed, type Finding } from "./doctor-check.ts";

/** Processes that nobody sees to any more, and whether somebody would see to those that run. */
export async function processChecks(host: DoctorHost): Promise<Finding[]> {
  const { orphaned, unreadable, unguarded, live } = await host.leases.inspect();
  const running = orphaned.filter(({ pids }) => pids.length > 0);
  const ended = orphaned.length - running.length;
  const repair = { mend: `Clear it up with \`${FIX_COMMAND}\`.`, repair: () => host.leases.clear() };
  return [
    running.length === 0
      ? passed("No process is left over")
      : {
          ...{ title: "No process is left over", status: "fail" },
          cause: `A Gateway that is gone has left ${running.map(({ lease, pids }) => `${lease.purpose} (pid ${pids.join(", ")})`).join("; ")}.`,
          ...repair,
        },
    ended === 0
      ? passed("No lease is stale")
      : {
          ...{ title: "No lease is stale", status: "warn" },
          cause: `${ended === 1 ? "1 lease tells" : `${ended} leases tell`} of processes that have ended, whose Gateway is gone.`,
          ...repair,
        },
    unreadable.length === 0
      ? passed("Every lease can be read")
      : {
          ...{ title: "Every lease can be read", status: "warn" },
          cause: `${unreadable.join(", ")} cannot be, so nobody knows what they are about.`,
          ...repair,
        },
    ...(live === 0 ? [] : [guardCheck(unguarded)]),
  ];
}

function guardCheck(unguarded: number[]): Finding {
  const title = "A guard watches over what runs";
  if (unguarded.length === 0) return passed(title);
  return {
    ...{ title, status: "warn" },
    cause: `Nobody would end the processes of ${unguarded.map((pid) => `process ${pid}`).join(", ")}, were it killed.`,
    mend: "Restart the Gateway: `openclaw gateway restart`.",
  };
}
