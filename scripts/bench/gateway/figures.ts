import type { Column } from "./columns.ts";

export type Row = { name: string; unit: string; digits?: number };

/** All values of one row, by column, in the order in which they were measured. */
export type RowFigures = Row & { values: Partial<Record<Column, number[]>> };

export type Figures = {
  add(row: Row, column: Column, value: number): void;
  /** In the order of their first values. */
  readonly rows: RowFigures[];
};

export function createFigures(): Figures {
  const rows = new Map<string, RowFigures>();
  return {
    add(row, column, value) {
      const known = rows.get(row.name) ?? { ...row, values: {} };
      rows.set(row.name, known);
      (known.values[column] ??= []).push(value);
    },
    get rows() {
      return [...rows.values()];
    },
  };
}
