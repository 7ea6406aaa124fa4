import { tableOf } from "../bench/markdown-table.ts";
import type { Destination } from "./destinations.ts";

const HEAD = ["destination", "name", "what it is", "process", "times", "expected"];

/** The rows of one kind as a Markdown table. */
export function describeDestinations(rows: readonly Destination[]): string {
  return tableOf(
    HEAD,
    rows.map(({ origin, destination, name, what, program, times, expected }) => [
      destination,
      name ?? "",
      what,
      program,
      String(times),
      // Only a contractor's are judged.
      origin === "contractor" ? (expected ? "yes" : "NO") : "-",
    ]),
  );
}
