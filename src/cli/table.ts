import { stripVTControlCharacters, styleText } from "node:util";

/** Aligned columns with a quiet header; `styleText` leaves colour out where stdout is no terminal. */
export function renderTable(header: string[], cells: string[][]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [styleText("dim", line(header)), ...rows.map(line)].join("\n");
}

/** A session key may hold a channel's own words: printed, none moves the cursor or breaks the line. */
export function printable(cell: string): string {
  return stripVTControlCharacters(cell).replaceAll(/\p{Cc}/gu, "");
}

/** "label: value" lines, values aligned. */
export function renderFacts(facts: [string, string][]): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts.map(([label, value]) => `  ${styleText("dim", label.padEnd(width))}  ${value}`).join("\n");
}
