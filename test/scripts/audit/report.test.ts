import { expect, it } from "vitest";
import type { Destination } from "../../../scripts/audit/destinations.ts";
import { describeDestinations } from "../../../scripts/audit/report.ts";

it("judges what contractors try, and lists what the Gateway tries", () => {
  const row = { adapter: null, destination: "x:1", name: null, what: "w", program: "p", times: 2 };
  const rows: Destination[] = [
    { ...row, origin: "contractor", expected: true },
    { ...row, origin: "contractor", expected: false },
    { ...row, origin: "gateway", expected: false },
  ];
  const [, , ...lines] = describeDestinations(rows).split("\n");
  expect(lines.map((line) => line.split("|").at(-2)?.trim())).toEqual(["yes", "NO", "-"]);
});
