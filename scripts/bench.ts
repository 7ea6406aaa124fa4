// Measures what a turn costs beside the model:
//
//     npm run bench                        everything below, each alternating
//     npm run bench -- --rounds 10         more rounds of each than its own number
//     npm run bench -- --only adapters     both ACP adapters with real Claude Code inside; the model answers at once
//     npm run bench -- --only session-map  the session map at 10, 1,000 and 10,000 entries
//     npm run bench -- --only tool-call    one call of a tool of OpenClaw's, directly and through the MCP server
//     npm run bench -- --only first-text   how soon a 3-second answer shows, over the SSE of a real Gateway (built first)
//     npm run bench -- --only cold-start   the start of a Gateway (built first) without the plugin, without a contractor, with one
//     npm run bench -- --only gateway      turns through a real Gateway (built first), beside OpenClaw's claude-cli backend
//                                          and the bare adapters
//     npm run bench -- --only gateway --rows warm,restart     some of its rows (names: scripts/bench/gateway/gateway-bench.ts)
//     npm run bench -- --only gateway --trial                 a tenth of its amounts, to see that it works
//
// Prints tables and writes the single figures to .cache/bench/*.json. Needs Linux: memory is read from /proc.

import { mkdir, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import path from "node:path";
import { BENCHED_ADAPTERS, openBench, type AdapterBench } from "./bench/adapter-bench.ts";
import { readArguments, type BenchArguments, type BenchName } from "./bench/arguments.ts";
import { measureColdStart } from "./bench/cold-start-bench.ts";
import { measureFirstText } from "./bench/first-text-bench.ts";
import { measureGateway } from "./bench/gateway/gateway-bench.ts";
import { describeMachine } from "./bench/machine.ts";
import { measureSessionMap } from "./bench/session-map-bench.ts";
import {
  describeColdStart,
  describeFirstText,
  describeGateway,
  describeSamples,
  describeSessionMap,
  describeToolCalls,
} from "./bench/table.ts";
import { measureToolCalls } from "./bench/tool-call-bench.ts";

const REPORTS = path.resolve(import.meta.dirname, "../.cache/bench");
const ROUNDS = 5;

const cleanUps: (() => Promise<unknown>)[] = [];

async function writeReport(name: BenchName, figures: object): Promise<void> {
  await mkdir(REPORTS, { recursive: true });
  const content = `${JSON.stringify({ machine: describeMachine(), ...figures }, null, 2)}\n`;
  await writeFile(path.join(REPORTS, `${name}.json`), content);
}

async function report(name: BenchName, table: string, figures: object): Promise<void> {
  console.log(describeMachine());
  console.log(table);
  await writeReport(name, figures);
}

async function benchSessionMap({ rounds = ROUNDS }: BenchArguments): Promise<void> {
  // A round takes a tenth of a second, and its figures are small: ten for one cost little.
  const samples = await measureSessionMap(rounds * 10);
  await report("session-map", describeSessionMap(samples), { samples });
}

async function benchToolCalls({ rounds = ROUNDS }: BenchArguments): Promise<void> {
  const samples = await measureToolCalls(rounds);
  await report("tool-call", describeToolCalls(samples), samples);
}

async function benchFirstText({ rounds = ROUNDS }: BenchArguments): Promise<void> {
  const samples = await measureFirstText(rounds);
  await report("first-text", describeFirstText(samples), { samples });
}

async function benchColdStart({ rounds = ROUNDS }: BenchArguments): Promise<void> {
  const samples = await measureColdStart(rounds);
  await report("cold-start", describeColdStart(samples), { samples });
}

async function benchAdapters({ rounds = ROUNDS }: BenchArguments): Promise<void> {
  const benches: AdapterBench[] = [];
  const cleanUp = (): Promise<unknown> => Promise.allSettled(benches.map((bench) => bench.dispose()));
  cleanUps.push(cleanUp);
  try {
    for (const adapter of BENCHED_ADAPTERS) benches.push(await openBench(adapter));
    await runAdapters(benches, rounds);
    const adapters = benches.map(({ name, version, samples }) => ({ name, version, samples }));
    await report("adapters", describeSamples(adapters), { adapters });
  } finally {
    await cleanUp();
  }
}

async function runAdapters(benches: AdapterBench[], rounds: number): Promise<void> {
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

async function benchGateway(options: BenchArguments): Promise<void> {
  const { rounds, rows: stages, trial } = options;
  const { figures, failed } = await measureGateway({
    ...{ rounds, stages, trial },
    onLeave: (cleanUp) => cleanUps.push(cleanUp),
    // What is measured is not lost when a later stage takes too long for somebody.
    onFigures: (measured) => writeReport("gateway", { trial, rows: measured }),
  });
  await report("gateway", describeGateway(figures), { trial, failed, rows: figures });
  if (failed.length > 0) process.exitCode = 1;
}

const BENCHES: Record<BenchName, (options: BenchArguments) => Promise<void>> = {
  "session-map": benchSessionMap,
  "tool-call": benchToolCalls,
  "first-text": benchFirstText,
  adapters: benchAdapters,
  "cold-start": benchColdStart,
  gateway: benchGateway,
};

const options = readArguments();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    // Leaving ends the agents' processes as well.
    const cleaned = Promise.allSettled(cleanUps.map((cleanUp) => cleanUp()));
    void cleaned.finally(() => process.exit(128 + constants.signals[name]));
  });
}
for (const name of options.names) await BENCHES[name](options);
