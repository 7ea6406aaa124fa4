import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleScriptedAgent } from "../fixtures/bundle-scripted-agent.ts";
import { createSeededRandom } from "../fixtures/seeded-random.ts";
import { runInterleaving } from "./run-interleaving.ts";

/** `INTERLEAVINGS=200` for as many as a release is tried with. */
const INTERLEAVINGS = Number(process.env["INTERLEAVINGS"] ?? 40);
const AT_ONCE = 4;
const A_TEST = 10;

/** Set to the seed that a failure names, it reruns just that interleaving. */
const ONLY = process.env["INTERLEAVING_SEED"];

const seeds =
  ONLY === undefined ? Array.from({ length: INTERLEAVINGS }, (_, index) => index + 1) : [Number(ONLY)];
const batches = Array.from({ length: Math.ceil(seeds.length / A_TEST) }, (_, index) =>
  seeds.slice(index * A_TEST, (index + 1) * A_TEST),
);

let folder: string;
let agentProgram: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interleavings-"));
  agentProgram = await bundleScriptedAgent(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(batches.map((batch) => ({ batch, first: batch[0], last: batch.at(-1) })))(
  "whatever happens at once, every conversation remembers its own words only: seeds $first to $last",
  async ({ batch }) => {
    const waiting = [...batch];
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        await runInterleaving(seed, agentProgram).catch((failure: unknown) => failures.push(failure));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n\n"));
  },
  120_000,
);

it("a seed always gives the same numbers", () => {
  const draw = (): number[] => {
    const random = createSeededRandom(7);
    return Array.from({ length: 5 }, () => random.below(1_000));
  };
  expect(draw()).toEqual(draw());
  expect(new Set(draw()).size).toBeGreaterThan(3);
});
