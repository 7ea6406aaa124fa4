import { originOf, programOf, targetId, type Attempt, type Origin, type Target } from "./attempt.ts";
import type { Stand } from "./stand.ts";

/** One row of the report. */
export type Destination = {
  origin: Origin;
  adapter: string | null;
  destination: string;
  /** The name that led to the address, where one did. */
  name: string | null;
  what: string;
  program: string;
  times: number;
  expected: boolean;
};

/** `names`: of addresses that a name server gave away. */
export function destinationsOf(
  attempts: readonly Attempt[],
  { stand, names }: { stand: Stand; names: Record<string, string> },
): Destination[] {
  const rows = new Map<string, Destination>();
  for (const attempt of attempts) {
    const { origin, adapter } = originOf(attempt);
    const program = programOf(attempt);
    const destination = targetId(attempt.target);
    const key = JSON.stringify([origin, adapter, destination, program]);
    const row = rows.get(key) ?? {
      ...{ origin, adapter, destination, program, times: 0 },
      name: "address" in attempt.target ? (names[attempt.target.address] ?? null) : null,
      ...meaningOf(attempt.target, stand),
    };
    row.times += 1;
    rows.set(key, row);
  }
  return [...rows.values()].toSorted((one, other) => sortKey(one).localeCompare(sortKey(other)));
}

/** OpenClaw's own traffic and the audit's are no part of the verdict. */
export function isJudged({ origin }: Pick<Destination, "origin">): boolean {
  return origin === "contractor" || origin === "unknown";
}

/** Nothing but what somebody has configured or asked for is expected of a contractor. */
export function unexpectedOf(rows: readonly Destination[]): Destination[] {
  return rows.filter((row) => isJudged(row) && !row.expected);
}

const LOOPBACK = /^(?:127\.|::1$)/;

function meaningOf(target: Target, stand: Stand): Pick<Destination, "what" | "expected"> {
  if ("name" in target) return { what: "a name that was looked up", expected: false };
  if (target.port === 53) return { what: "a name server", expected: false };
  if (!LOOPBACK.test(target.address)) return { what: "the outside", expected: false };
  const known: [boolean, string][] = [
    [target.port === stand.endpoint, "the configured endpoint"],
    [stand.toolServers.includes(target.port), "the plugin's tool gate and tool server"],
    [target.port === stand.page, "the page that the person had fetched"],
  ];
  const what = known.find(([is]) => is)?.[1];
  if (what !== undefined) return { what, expected: true };
  const isGateway = target.port === stand.gateway;
  return { what: isGateway ? "the Gateway" : "something on this machine", expected: false };
}

/** The contractors first, and of each what should not be there. */
function sortKey({ origin, adapter, expected, what, destination }: Destination): string {
  const rank = ["contractor", "unknown", "gateway", "audit"].indexOf(origin);
  return [rank, adapter ?? "", expected ? 1 : 0, what, destination].join(" ");
}
