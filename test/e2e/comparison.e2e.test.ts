import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { compareBackends, worseIn, type ComparisonRow } from "./world/comparison.ts";
import { createComparisonWorld, type ComparisonWorld } from "./world/comparison-world.ts";

let world: ComparisonWorld;
let rows: ComparisonRow[];

beforeAll(async () => {
  world = await createComparisonWorld(inject("worldTemplate"));
  rows = await compareBackends(world);
});

afterAll(async () => {
  await world.dispose();
});

describe("the same conversations through OpenClaw's own claude-cli backend and through this plugin", () => {
  it("are measured on claude-cli at all", () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ claudeCli }) => claudeCli.rank > 0).length).toBeGreaterThan(rows.length / 2);
  });

  it("are in no row worse through this plugin", () => {
    const worse = rows.flatMap((row) =>
      worseIn(row).map(
        (name) => `${row.point}: ${name} ${row[name].shown}, claude-cli ${row.claudeCli.shown}`,
      ),
    );
    expect(worse, world.pluginLog()).toEqual([]);
  });
});
