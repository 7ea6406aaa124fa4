import { FIGURES, type AdapterBench } from "./adapter-bench.ts";
import {
  COLD_START_FIGURES,
  COLD_START_SETUPS,
  type ColdStartFigure,
  type ColdStartSamples,
} from "./cold-start-bench.ts";
import type { FirstTextSample } from "./first-text-bench.ts";
import { COLUMNS } from "./gateway/columns.ts";
import type { RowFigures } from "./gateway/figures.ts";
import { tableOf } from "./markdown-table.ts";
import { SESSION_MAP_FIGURES, type SessionMapSample } from "./session-map-bench.ts";
import { medianOf } from "./statistics.ts";
import type { ToolCallSamples } from "./tool-call-bench.ts";

/** The samples as an aligned Markdown table: median (min - max). */
export function describeSamples(adapters: Pick<AdapterBench, "name" | "version" | "samples">[]): string {
  const head = ["", "unit", ...adapters.map(({ name, version }) => `${name} ${version}`)];
  const rows = FIGURES.map((figure) => [
    figure,
    figure === "memory" ? "MB" : "ms",
    ...adapters.map(({ samples }) =>
      spread(
        samples.map((sample) => sample[figure]),
        0,
      ),
    ),
  ]);
  return tableOf(head, rows);
}

/** The session map's samples: median (min - max), and the last length against the first. */
export function describeSessionMap(samples: SessionMapSample[]): string {
  const head = ["", "unit", ...samples.map(({ length }) => `${length} entries`), "last / first"];
  const rows = (["warmTurn", "firstTurn", "coldLoad"] as const).map((figure) => {
    const medians = samples.map((sample) => medianOf(sample[figure]));
    const factor = (medians.at(-1) ?? 0) / (medians[0] ?? 1);
    const cells = samples.map((sample) => spread(sample[figure], 2));
    return [SESSION_MAP_FIGURES[figure], "ms", ...cells, factor.toFixed(2)];
  });
  return tableOf(head, rows);
}

/** Streamed answers: median (min - max), and what part of the whole the first text took. */
export function describeFirstText(samples: Record<string, FirstTextSample[]>): string {
  const names = Object.keys(samples);
  const cells = (figure: (sample: FirstTextSample) => number): string[] =>
    names.map((name) => spread((samples[name] ?? []).map(figure), 0));
  return tableOf(
    ["", "unit", ...names],
    [
      ["first text", "ms", ...cells(({ firstText }) => firstText)],
      ["whole answer", "ms", ...cells(({ wholeAnswer }) => wholeAnswer)],
      ["first text / whole", "%", ...cells(({ firstText, wholeAnswer }) => (100 * firstText) / wholeAnswer)],
    ],
  );
}

/** Starts of a Gateway: median (min - max). */
export function describeColdStart(samples: ColdStartSamples): string {
  const figures = Object.entries(COLD_START_FIGURES) as [ColdStartFigure, { title: string; unit: string }][];
  return tableOf(
    ["", "unit", ...COLD_START_SETUPS],
    figures.map(([figure, { title, unit }]) => [
      title,
      unit,
      ...COLD_START_SETUPS.map((setup) => {
        const taken = samples[setup][figure] ?? [];
        return taken.length === 0 ? "-" : spread(taken, 0);
      }),
    ]),
  );
}

/** Calls of one tool: median (min - max). */
export function describeToolCalls({ direct, overMcp }: ToolCallSamples): string {
  const overhead = medianOf(overMcp) - medianOf(direct);
  return tableOf(
    ["", "unit", "directly", "over MCP", "overhead"],
    [["one call", "ms", spread(direct, 2), spread(overMcp, 2), overhead.toFixed(2)]],
  );
}

/** What was measured through the Gateway: median (min - max); a single value stands alone. */
export function describeGateway(rows: readonly RowFigures[]): string {
  const cells = ({ values, digits = 0 }: RowFigures): string[] =>
    COLUMNS.map((column) => {
      const taken = values[column] ?? [];
      if (taken.length === 0) return "-";
      return taken.length === 1 ? medianOf(taken).toFixed(digits).padStart(5) : spread(taken, digits);
    });
  return tableOf(
    ["", "unit", ...COLUMNS],
    rows.map((row) => [row.name, row.unit, ...cells(row)]),
  );
}

function spread(values: number[], digits: number): string {
  const figures = [medianOf(values), Math.min(...values), Math.max(...values)];
  const [middle, least, most] = figures.map((value) => value.toFixed(digits).padStart(5));
  return `${middle ?? ""} (${least ?? ""} - ${most ?? ""})`;
}
