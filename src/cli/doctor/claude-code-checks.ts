import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { adaptersOf } from "./adapter-checks.ts";
import { contractorsOf, failedBy, FIX_COMMAND, passed, type Finding } from "./doctor-check.ts";

/** The Claude Code inside each adapter, and those that contractors name instead. */
export async function claudeCodeChecks(host: DoctorHost): Promise<Finding[]> {
  const checks: Finding[] = [];
  for (const name of adaptersOf(host)) {
    // One that is missing is the adapter's affair.
    if ((await host.adapters.inspect(name)) === null) continue;
    const what = `The Claude Code of ${name}`;
    checks.push(
      await answer(what, () => host.adapters.claudeVersion(name), {
        mend: `Install the adapter anew with \`${FIX_COMMAND}\`.`,
        repair: async () => `the adapter is installed anew: ${await host.adapters.replace(name)}`,
      }),
    );
  }
  for (const { agentId, contractor } of contractorsOf(host)) {
    const { claudeExecutable, adapter } = contractor;
    if (claudeExecutable === undefined) continue;
    checks.push(
      await answer(
        `The Claude Code of ${agentId}`,
        () => host.adapters.claudeVersion(adapter, claudeExecutable),
        {
          mend: `Install Claude Code at ${claudeExecutable}, or take claudeExecutable out of the contractor's settings.`,
        },
      ),
    );
  }
  return checks;
}

async function answer(
  what: string,
  ask: () => Promise<string>,
  advice: Pick<Finding, "mend" | "repair">,
): Promise<Finding> {
  try {
    return passed(`${what} answers (${await ask()})`);
  } catch (cause) {
    return { ...failedBy(`${what} answers`, cause), ...advice };
  }
}
