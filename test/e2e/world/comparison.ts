import {
  BACKENDS,
  type BackendName,
  type ComparedBackend,
  type ComparisonWorld,
} from "./comparison-world.ts";
import { PROBES, PROBES_AFTER_RESTART, type Measured, type Probe } from "./backend-probes.ts";

export type ComparisonRow = { point: string } & Record<BackendName, Measured>;

const NAMES: Record<BackendName, string> = {
  claudeCli: "claude-cli",
  agentAcp: "claude-agent-acp",
  codeAcp: "claude-code-acp",
};

/** The same conversations through every backend of a world, each backend at its own pace. */
export async function compareBackends(world: ComparisonWorld): Promise<ComparisonRow[]> {
  const before = await measureAll(world, PROBES);
  await world.restart();
  return [...before, ...(await measureAll(world, PROBES_AFTER_RESTART))];
}

async function measureAll({ backends }: ComparisonWorld, probes: readonly Probe[]): Promise<ComparisonRow[]> {
  const [claudeCli, agentAcp, codeAcp] = await Promise.all(
    BACKENDS.map((name) => measure(backends[name], probes)),
  );
  const points = [...(claudeCli?.keys() ?? [])];
  const nothing: Measured = { shown: "not measured", rank: -1 };
  return points.map((point) => ({
    point,
    claudeCli: claudeCli?.get(point) ?? nothing,
    agentAcp: agentAcp?.get(point) ?? nothing,
    codeAcp: codeAcp?.get(point) ?? nothing,
  }));
}

/** A probe that fails is a fact as well: the backend did not do what the probe waits for. */
async function measure(backend: ComparedBackend, probes: readonly Probe[]): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  for (const { points, run } of probes) {
    for (const point of points) measured.set(point, { shown: "no", rank: 0 });
    try {
      for (const [point, value] of Object.entries(await run(backend))) measured.set(point, value);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      for (const point of points) measured.set(point, { shown: `no: ${why.slice(0, 80)}`, rank: 0 });
    }
  }
  return measured;
}

/** claude-code-acp takes AskUserQuestion away from Claude by itself, and no option gives it back: Claude asks in its answer. */
const TAKEN_AWAY = new Set(["a question is answered in the same turn: codeAcp"]);

/** The backends of this plugin that do less than claude-cli at this point, though they could do as much. */
export function worseIn(row: ComparisonRow): BackendName[] {
  return (["agentAcp", "codeAcp"] as const).filter(
    (name) => row[name].rank < row.claudeCli.rank && !TAKEN_AWAY.has(`${row.point}: ${name}`),
  );
}

const CELL_LIMIT = 80;

/** As a table for docs/COMPARISON.md. */
export function describeComparison(rows: readonly ComparisonRow[]): string {
  const line = (cells: string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [
    line(["", ...BACKENDS.map((name) => NAMES[name])]),
    line(["---", ...BACKENDS.map(() => "---")]),
    ...rows.map((row) => line([row.point, ...BACKENDS.map((name) => row[name].shown)])),
  ].join("\n");
}

function cell(text: string): string {
  const line = text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
  return line.length <= CELL_LIMIT ? line : `${line.slice(0, CELL_LIMIT - 1)}…`;
}
