// Runs the same scripted conversations through OpenClaw's own claude-cli backend and through both adapters of this
// plugin, in one Gateway, and prints the table of docs/COMPARISON.md. Fails when a row of ours is worse.
//
//     npm run build && node scripts/with-toolchain.mjs scripts/compare-backends.ts
//
// Needs Linux on x64: the `claude` of claude-agent-acp is what claude-cli is given.

import { createComparisonWorld } from "../test/e2e/world/comparison-world.ts";
import { compareBackends, describeComparison, worseIn } from "../test/e2e/world/comparison.ts";

const world = await createComparisonWorld();
try {
  const rows = await compareBackends(world);
  console.log(describeComparison(rows));
  for (const row of rows) {
    for (const name of worseIn(row)) {
      console.error(`${row.point}: ${name} ${row[name].shown}, claude-cli ${row.claudeCli.shown}`);
      process.exitCode = 1;
    }
  }
} finally {
  await world.dispose();
}
