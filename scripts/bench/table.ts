import { FIGURES, type AdapterBench, type Sample } from "./adapter-bench.ts";

/** The samples as an aligned Markdown table: median (min - max). */
export function describeSamples(adapters: Pick<AdapterBench, "name" | "version" | "samples">[]): string {
  const head = ["", "unit", ...adapters.map(({ name, version }) => `${name} ${version}`)];
  const rows = FIGURES.map((figure) => [
    figure,
    figure === "memory" ? "MB" : "ms",
    ...adapters.map(({ samples }) => spread(samples, figure)),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function spread(samples: Sample[], figure: keyof Sample): string {
  const sorted = samples.map((sample) => sample[figure]).sort((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? 0;
  const last = sorted.length - 1;
  const median = (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2;
  const [middle, least, most] = [median, at(0), at(last)].map((value) => value.toFixed(0).padStart(5));
  return `${middle ?? ""} (${least ?? ""} - ${most ?? ""})`;
}
