import { tableOf } from "../bench/markdown-table.ts";
import { isJudged, type Destination } from "./destinations.ts";

const HEAD = ["destination", "name", "what it is", "process", "times", "expected"];

/** The rows of one kind as a Markdown table. */
export function describeDestinations(rows: readonly Destination[]): string {
  return tableOf(
    HEAD,
    rows.map(({ destination, name, what, program, times, expected, origin }) => [
      destination,
      name ?? "",
      what,
      program,
      String(times),
      isJudged({ origin }) ? (expected ? "yes" : "NO") : "-",
    ]),
  );
}
