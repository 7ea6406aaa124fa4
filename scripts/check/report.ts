import type { Count } from "./count-tests.ts";
import type { GateResult } from "./run-gate.ts";

/** A gate's line and, only when it failed, everything that it said. */
export function describeResult({ gate, seconds, failed, output, remarks }: GateResult): string {
  const verdict = failed === 0 ? "ok" : "FAILED";
  const line = `${gate.name.padEnd(10)} ${verdict.padEnd(6)} ${seconds.toFixed(1).padStart(6)} s`;
  if (failed === 0) return line;
  return [line, output.trimEnd(), ...remarks.map((remark) => `${gate.name}: ${remark}`), ""].join("\n");
}

/** The last line of a run, which other programs read. */
export function describeTotal(counts: Pick<Count, "passed" | "failed">[]): string {
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  return `${passed} passed, ${failed} failed`;
}
