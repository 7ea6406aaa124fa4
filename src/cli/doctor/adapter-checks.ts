import type { AdapterName } from "../../config/schema.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { contractorsOf, failedBy, FIX_COMMAND, passed, type Finding } from "./doctor-check.ts";

/** The adapters that contractors use: there, the right version, and alive. */
export async function adapterChecks(host: DoctorHost): Promise<Finding[]> {
  const checks: Finding[] = [];
  for (const name of adaptersOf(host)) checks.push(...(await checksOf(host, name)));
  return checks;
}

export function adaptersOf(host: DoctorHost): AdapterName[] {
  return [...new Set(contractorsOf(host).map(({ contractor }) => contractor.adapter))];
}

async function checksOf(host: DoctorHost, name: AdapterName): Promise<Finding[]> {
  const installed = `${name} is installed`;
  const facts = await host.adapters.inspect(name);
  if (facts === null) {
    return [
      {
        ...{
          title: installed,
          status: "fail",
          cause: "It is not, so the next turn would wait for a download.",
        },
        mend: `Install it with \`${FIX_COMMAND}\`.`,
        repair: async () => `it is installed: ${await host.adapters.replace(name)}`,
      },
    ];
  }
  const { version, pinned } = facts;
  const right = version === pinned;
  const advice = installAnew(host, name);
  return [
    passed(installed),
    right
      ? passed(`${name} is the version that was tried`)
      : {
          ...advice,
          ...{ title: `${name} is the version that was tried`, status: "fail" },
          cause: `It is ${version ?? "of no known version"} and not ${pinned}.`,
        },
    await startCheck(host, { name, advice }),
  ];
}

type Advice = Pick<Finding, "mend" | "repair">;

async function startCheck(
  host: DoctorHost,
  { name, advice }: { name: AdapterName; advice: Advice },
): Promise<Finding> {
  const title = `${name} starts and answers`;
  try {
    await host.adapters.start(name);
    return passed(title);
  } catch (cause) {
    return { ...failedBy(title, cause), ...advice };
  }
}

function installAnew(host: DoctorHost, name: AdapterName): Advice {
  return {
    mend: `Install it anew with \`${FIX_COMMAND}\`.`,
    repair: async () => `it is installed anew: ${await host.adapters.replace(name)}`,
  };
}
