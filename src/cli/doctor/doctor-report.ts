import { printable, renderTable } from "../table.ts";
import type { DoctorReport } from "./doctor.ts";

/** A table of all checks, then what was mended, then a paragraph for each that did not pass. */
export function describeReport({ checks, fixes = [] }: DoctorReport): string {
  const table = renderTable(
    ["PHASE", "CHECK", "RESULT"],
    checks.map(({ phase, title, status }) => [phase, title, status]),
  );
  const mended = fixes.map((fix) =>
    "done" in fix ? `Mended: ${fix.title}: ${fix.done}.` : `Not mended: ${fix.title}: ${fix.problem}`,
  );
  const advice = checks
    .filter(({ status }) => status !== "pass")
    .map(({ title, cause, mend }) => [`${title}:`, cause, mend].filter(Boolean).join(" "));
  return [table, ...[...mended, ...advice].map(printable), verdictOf(checks)].join("\n\n");
}

function verdictOf(checks: DoctorReport["checks"]): string {
  const count = (status: string): number => checks.filter((check) => check.status === status).length;
  const [failed, warned] = [count("fail"), count("warn")];
  if (failed === 0 && warned === 0) return "Nothing is wrong.";
  return `${failed} failed, ${warned} to look at, ${count("pass")} passed.`;
}
