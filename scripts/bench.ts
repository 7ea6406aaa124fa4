// Measures both ACP adapters with real Claude Code inside, against a scripted model that answers at once:
//
//     npm run bench                     five rounds of each, alternating
//     npm run bench -- --rounds 10
//
// Prints a table and writes the single figures to .cache/bench/adapters.json. Needs Linux: memory is read from /proc.

import { mkdir, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { BENCHED_ADAPTERS, openBench, type AdapterBench } from "./bench/adapter-bench.ts";
import { describeMachine } from "./bench/machine.ts";
import { describeSamples } from "./bench/table.ts";

const REPORT = path.resolve(import.meta.dirname, "../.cache/bench/adapters.json");

function readRounds(): number {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
  const rounds = Number(values.rounds);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100) return rounds;
  console.error("--rounds takes a whole number from 1 to 100");
  process.exit(2);
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
  const machine = describeMachine();
  const adapters = benches.map(({ name, version, samples }) => ({ name, version, samples }));
  console.log(machine);
  console.log(describeSamples(adapters));
  await mkdir(path.dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ machine, adapters }, null, 2)}\n`);
}

const rounds = readRounds();
const benches: AdapterBench[] = [];
const cleanUp = (): Promise<unknown> => Promise.allSettled(benches.map((bench) => bench.dispose()));
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    // Leaving ends the agents' processes as well.
    void cleanUp().finally(() => process.exit(128 + constants.signals[name]));
  });
}

try {
  for (const adapter of BENCHED_ADAPTERS) benches.push(await openBench(adapter));
  await run(benches, rounds);
  await report(benches);
} finally {
  await cleanUp();
}
