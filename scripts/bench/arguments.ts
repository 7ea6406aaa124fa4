import { parseArgs } from "node:util";
import { STAGE_NAMES } from "./gateway/gateway-bench.ts";

export const BENCH_NAMES = [
  "session-map",
  "tool-call",
  "adapters",
  "first-text",
  "cold-start",
  "gateway",
] as const;
export type BenchName = (typeof BENCH_NAMES)[number];

export type BenchArguments = {
  names: readonly BenchName[];
  /** Undefined: each bench's own number. */
  rounds: number | undefined;
  /** Stages of the Gateway's bench. */
  rows: readonly string[];
  trial: boolean;
};

const OPTIONS = {
  rounds: { type: "string" },
  only: { type: "string" },
  rows: { type: "string", default: STAGE_NAMES.join(",") },
  trial: { type: "boolean", default: false },
} as const;

/** Of this process; ends it when they make no sense. */
export function readArguments(): BenchArguments {
  const { values } = parseArgs({ options: OPTIONS });
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const names = BENCH_NAMES.filter((name) => values.only === undefined || values.only === name);
  const rows = values.rows.split(",");
  const isCount = rounds === undefined || (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100);
  if (isCount && names.length > 0 && rows.every((name) => STAGE_NAMES.includes(name))) {
    return { names, rounds, rows, trial: values.trial };
  }
  console.error(
    [
      "--rounds takes a whole number from 1 to 100",
      `--only one of ${BENCH_NAMES.join(", ")}`,
      `--rows some of ${STAGE_NAMES.join(",")}`,
    ].join("; "),
  );
  process.exit(2);
}
