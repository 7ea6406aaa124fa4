import { InvalidArgumentError, type Command } from "commander";
import { CLI_ROOT } from "../../config/identifiers.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { runContractorCommand } from "../contractor-command.ts";
import { subcommand, type Json } from "../subcommand.ts";
import { DOCTOR_PHASES, PHASE_DESCRIPTIONS, type DoctorPhase } from "./doctor-phases.ts";

type Options = { phase?: DoctorPhase[]; fix?: boolean } & Json;

/** The command that still works where the settings keep every other one from it. */
export function registerDoctor(root: Command, createHost: () => Promise<DoctorHost>): void {
  subcommand(root, "doctor", "Look for what is wrong, say what to do, and mend what is safe to mend")
    .option("--phase <list>", "only these phases, with commas between", phasesIn)
    .option("--fix", "mend what is safe to mend, and say what was done")
    .addHelpText("after", helpText())
    .action((options: Options) =>
      runContractorCommand(options, async () => {
        const { runDoctor } = await import("./doctor.ts");
        return runDoctor(await createHost(), { phases: options.phase, fix: options.fix });
      }),
    );
}

function phasesIn(value: string): DoctorPhase[] {
  return value.split(",").map((name) => {
    const phase = DOCTOR_PHASES.find((known) => known === name.trim());
    if (phase === undefined) throw new InvalidArgumentError(`The phases are ${DOCTOR_PHASES.join(", ")}.`);
    return phase;
  });
}

function helpText(): string {
  const phases = DOCTOR_PHASES.map((phase) => `  ${phase.padEnd(12)} ${PHASE_DESCRIPTIONS[phase]}`);
  return [
    ...["", "Phases:", ...phases],
    ...[
      "",
      "Examples:",
      `  openclaw ${CLI_ROOT} doctor`,
      `  openclaw ${CLI_ROOT} doctor --phase state,processes --fix`,
    ],
  ].join("\n");
}
