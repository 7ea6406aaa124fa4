// Measures what a turn costs beside the model:
//
//     npm run bench                        everything below, five rounds of each, alternating
//     npm run bench -- --rounds 10
//     npm run bench -- --only adapters     both ACP adapters with real Claude Code inside; the model answers at once
//     npm run bench -- --only session-map  the session map at 10, 1,000 and 10,000 entries
//     npm run bench -- --only first-text   how soon a 3-second answer shows, over the SSE of a real Gateway (built first)
//
// Prints tables and writes the single figures to .cache/bench/*.json. Needs Linux: memory is read from /proc.

import { mkdir, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { BENCHED_ADAPTERS, openBench, type AdapterBench } from "./bench/adapter-bench.ts";
import { measureFirstText } from "./bench/first-text-bench.ts";
import { describeMachine } from "./bench/machine.ts";
import { measureSessionMap } from "./bench/session-map-bench.ts";
import { describeFirstText, describeSamples, describeSessionMap } from "./bench/table.ts";

const REPORTS = path.resolve(import.meta.dirname, "../.cache/bench");
const BENCHES = ["session-map", "adapters", "first-text"] as const;
type BenchName = (typeof BENCHES)[number];

function readArguments(): { rounds: number; names: readonly BenchName[] } {
  const options = { rounds: { type: "string", default: "5" }, only: { type: "string" } } as const;
  const { values } = parseArgs({ options });
  const rounds = Number(values.rounds);
  const names = BENCHES.filter((name) => values.only === undefined || values.only === name);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100 && names.length > 0) return { rounds, names };
  console.error(`--rounds takes a whole number from 1 to 100, --only one of ${BENCHES.join(", ")}`);
  process.exit(2);
}

async function writeReport(name: BenchName, figures: object): Promise<void> {
  await mkdir(REPORTS, { recursive: true });
  const content = `${JSON.stringify({ machine: describeMachine(), ...figures }, null, 2)}\n`;
  await writeFile(path.join(REPORTS, `${name}.json`), content);
}

async function benchSessionMap(rounds: number): Promise<void> {
  // A round takes a tenth of a second, and its figures are small: ten for one cost little.
  const samples = await measureSessionMap(rounds * 10);
  console.log(describeMachine());
  console.log(describeSessionMap(samples));
  await writeReport("session-map", { samples });
}

async function benchFirstText(rounds: number): Promise<void> {
  const samples = await measureFirstText(rounds);
  console.log(describeMachine());
  console.log(describeFirstText(samples));
  await writeReport("first-text", { samples });
}

async function run(benches: AdapterBench[], rounds: number): Promise<void> {
  // The first start of a program reads it from the disk; that is not what is measured.
  for (const bench of benches) await bench.round();
  for (const bench of benches) bench.samples.length = 0;
  for (let round = 1; round <= rounds; round += 1) {
    for (const bench of benches) {
      await bench.round();
      console.error(`round ${round} of ${rounds}: ${bench.name}`);
    }
  }
}

async function report(benches: AdapterBench[]): Promise<void> {
  const adapters = benches.map(({ name, version, samples }) => ({ name, version, samples }));
  console.log(describeMachine());
  console.log(describeSamples(adapters));
  await writeReport("adapters", { adapters });
}

const { rounds, names } = readArguments();
const benches: AdapterBench[] = [];
const cleanUp = (): Promise<unknown> => Promise.allSettled(benches.map((bench) => bench.dispose()));
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    // Leaving ends the agents' processes as well.
    void cleanUp().finally(() => process.exit(128 + constants.signals[name]));
  });
}

try {
  if (names.includes("session-map")) await benchSessionMap(rounds);
  if (names.includes("first-text")) await benchFirstText(rounds);
  if (names.includes("adapters")) {
    for (const adapter of BENCHED_ADAPTERS) benches.push(await openBench(adapter));
    await run(benches, rounds);
    await report(benches);
  }
} finally {
  await cleanUp();
}
