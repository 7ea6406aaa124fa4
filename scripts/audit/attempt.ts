/** Something that a process tried to reach: an address, or a name that it looked up. */
export type Target = { address: string; port: number } | { name: string };

export type Attempt = {
  target: Target;
  /** Command lines of the process and of those above it, the process's own first. */
  lineage: string[];
};

/**
 * Whose doing an attempt is. A contractor: an adapter and everything below it. Unknown: a process whose parents are gone
 * and were not seen; it is judged like a contractor's.
 */
export type Origin = "contractor" | "unknown" | "gateway" | "audit";

export function targetId(target: Target): string {
  if ("name" in target) return target.name;
  return target.address.includes(":")
    ? `[${target.address}]:${target.port}`
    : `${target.address}:${target.port}`;
}

const ADAPTER = /\/(claude-agent-acp|claude-code-acp)\/dist\/index\.js\b/;
const AUDIT = /\/scripts\/audit\/[a-z-]+-program\.ts\b/;
const GATEWAY = /\/openclaw\.mjs gateway run\b|\bopenclaw-gateway\b/;

/** The adapter's name for a contractor's process, which its first argument that is an adapter's program tells. */
export function originOf({ lineage }: Pick<Attempt, "lineage">): { origin: Origin; adapter: string | null } {
  for (const command of lineage) {
    const [, adapter] = ADAPTER.exec(command) ?? [];
    if (adapter !== undefined) return { origin: "contractor", adapter };
  }
  const isBelow = (above: RegExp): boolean => lineage.some((command) => above.test(command));
  const origin = isBelow(GATEWAY) ? "gateway" : isBelow(AUDIT) ? "audit" : "unknown";
  return { origin, adapter: null };
}

const PROGRAM_LIMIT = 60;

/** What is run, without the arguments: the script, where the program is an interpreter of scripts. */
export function programOf({ lineage }: Pick<Attempt, "lineage">): string {
  const [program = "unknown", ...rest] = (lineage[0] ?? "").split(" ").filter((word) => word !== "");
  if (!/\/(node|sh|bash)$/.test(program)) return shortPath(program);
  const isInline = /^-[ec]$/.test(rest[0] ?? "");
  const script = isInline
    ? undefined
    : rest.find((word) => !word.startsWith("-") && !word.startsWith("data:"));
  return script === undefined ? [shortPath(program), ...rest.slice(0, 1)].join(" ") : shortPath(script);
}

function shortPath(path: string): string {
  return path.split("/").slice(-3).join("/").slice(-PROGRAM_LIMIT);
}
