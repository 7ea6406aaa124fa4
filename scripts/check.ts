// Every gate of the project in one command. A gate is silent unless it fails; the last line says how much passed.
//
//     npm test                          all of them
//     npm test -- --only lint,unit      some of them: see scripts/check/gates.ts

import { constants } from "node:os";
import { parseArgs } from "node:util";
import { selectGates, type Gate } from "./check/gates.ts";
import { describeResult, describeTotal } from "./check/report.ts";
import { runGates } from "./check/run-gates.ts";

const SLOTS = 2;

function readArguments(): Gate[] {
  try {
    const { values } = parseArgs({ options: { only: { type: "string" } } });
    return selectGates(values.only);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      process.exitCode = 128 + constants.signals[name];
      controller.abort();
    });
  }
  return controller.signal;
}

const gates = readArguments();
const signal = abortOnSignal();
const results = await runGates(gates, {
  slots: SLOTS,
  signal,
  onResult: (result) => {
    if (!signal.aborted) console.log(describeResult(result));
  },
});

// A run that was cut short has no total.
if (!signal.aborted) {
  console.log(describeTotal(results));
  if (results.some((result) => result.failed > 0)) process.exitCode = 1;
}
