// Proves that a contractor speaks to nobody but its endpoint: a conversation with tools through a real Gateway, both
// adapters and Claude Code, with every destination that one of their processes tried. Then the same without the quiet
// switches, which must show more: else nothing is proven.
//
//     npm run audit:telemetry                both
//     npm run audit:telemetry -- --quiet     the audit alone
//     npm run audit:telemetry -- --control   the control alone
//     npm run audit:telemetry -- --idle 60   seconds to wait for what is sent in batches (45)
//
// Prints tables, writes .cache/audit/telemetry.json, and fails when something unexpected was tried. Needs Linux with
// strace or with network namespaces; nothing leaves the machine where there are both.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { createContractorWorld } from "../test/e2e/world/contractor-world.ts";
import { AUDITED_AGENTS } from "./audit/audited-agents.ts";
import { unexpectedOf, type Destination } from "./audit/destinations.ts";
import { describeMethod, findMethod } from "./audit/method.ts";
import { describeDestinations } from "./audit/report.ts";
import { runAudit, type AuditOptions, type AuditRun, type Loudness } from "./audit/run-audit.ts";
import { describeMachine } from "./bench/machine.ts";
import { buildPlugin } from "./demo/provision.ts";
import { REPOSITORY } from "./world/openclaw-program.ts";

const FOLDER = path.join(REPOSITORY, ".cache/audit");

const { values } = parseArgs({
  options: {
    quiet: { type: "boolean", default: false },
    control: { type: "boolean", default: false },
    idle: { type: "string", default: "45" },
  },
});
const idleSeconds = Number(values.idle);
if (!(idleSeconds >= 0 && idleSeconds <= 600)) {
  console.error("--idle takes seconds, from 0 to 600");
  process.exit(2);
}
const both = values.quiet === values.control;
const loudnesses: Loudness[] = [
  ...(both || values.quiet ? (["quiet"] as const) : []),
  ...(both || values.control ? (["loud"] as const) : []),
];

const method = await findMethod().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
});
console.error(
  `watching with ${describeMethod(method)}; building the plugin and installing it into an OpenClaw`,
);
await buildPlugin();
const template = await createContractorWorld();
await template.model.close();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void template.openclaw.dispose().finally(() => process.exit(1)));
}
const runs: AuditRun[] = [];
try {
  const options: AuditOptions = { method, template: template.openclaw.root, folder: FOLDER, idleSeconds };
  for (const loudness of loudnesses) runs.push(await runAudit(options, loudness));
} finally {
  await template.openclaw.dispose();
}

const report = { machine: describeMachine(), method: describeMethod(method), runs };
await mkdir(FOLDER, { recursive: true });
await writeFile(path.join(FOLDER, "telemetry.json"), `${JSON.stringify(report, null, 2)}\n`);
console.log(`${report.machine}\n${report.method}`);
for (const run of runs) showRun(run);
process.exitCode = runs.every(holds) ? 0 : 1;

function showRun({ loudness, destinations, problems }: AuditRun): void {
  const of = (wanted: Partial<Destination>): Destination[] =>
    destinations.filter(
      ({ origin, adapter }) => origin === wanted.origin && (adapter ?? undefined) === wanted.adapter,
    );
  console.log(`\n# ${loudness === "quiet" ? "The audit" : "The control: without the quiet switches"}`);
  for (const { adapter } of AUDITED_AGENTS) {
    console.log(`\n${adapter} and everything below it\n`);
    console.log(describeDestinations(of({ origin: "contractor", adapter })));
  }
  const orphans = of({ origin: "unknown" });
  if (orphans.length > 0)
    console.log(`\nProcesses whose parents are gone\n\n${describeDestinations(orphans)}`);
  console.log("\nThe Gateway itself\n");
  console.log(describeDestinations(of({ origin: "gateway" })));
  for (const problem of problems) console.error(`the conversation did not go as it should: ${problem}`);
}

/** A conversation that went wrong proves nothing; nor does an audit that would not see what is there. */
function holds({ loudness, destinations, problems }: AuditRun): boolean {
  const unexpected = unexpectedOf(destinations);
  if (loudness === "loud") {
    const silent = AUDITED_AGENTS.filter(({ adapter }) => !unexpected.some((row) => row.adapter === adapter));
    for (const { adapter } of silent) console.error(`the control of ${adapter} shows nothing unexpected`);
    return silent.length === 0;
  }
  for (const { adapter, destination, program } of unexpected) {
    console.error(`unexpected: ${program} of ${adapter ?? "nobody known"} tried ${destination}`);
  }
  return unexpected.length === 0 && problems.length === 0;
}
