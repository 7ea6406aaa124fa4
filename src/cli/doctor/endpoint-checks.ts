import { CLAUDE_LOGIN } from "../../config/endpoint-schema.ts";
import { CLI_ROOT } from "../../config/identifiers.ts";
import type { ContractorConfig } from "../../config/schema.ts";
import { askModels, type ProbeAddress } from "../../endpoint/endpoint-probe.ts";
import type { NamedEndpoint } from "../../endpoint/endpoint-key.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { contractorsOf, failedBy, passed, type CheckedContractor, type Finding } from "./doctor-check.ts";

/**
 * Whether the profiles that contractors name are there, and whether each profile has its key and answers. Costs nothing:
 * the endpoints are asked for their models alone.
 */
export async function endpointChecks(host: DoctorHost): Promise<Finding[]> {
  const endpoints = Object.entries(host.config.endpoints);
  const answers = await Promise.all(
    endpoints.map(([name, endpoint]) => profileChecks(host, { name, ...endpoint })),
  );
  return [...contractorsOf(host).flatMap((checked) => namesCheck(host, checked)), ...answers.flat()];
}

/** A contractor that names none runs on the Claude login. */
function namesCheck({ config }: DoctorHost, { agentId, contractor }: CheckedContractor): Finding[] {
  const names = namesIn(contractor);
  if (names.length === 0) return [];
  const title = `${agentId}'s endpoint profiles are there`;
  const missing = names.filter((name) => !Object.hasOwn(config.endpoints, name));
  if (missing.length === 0) return [passed(title)];
  const [first = ""] = missing;
  return [
    {
      ...{ title, status: "fail", cause: `It names ${missing.join(", ")}, and there is no such profile.` },
      mend: `Add it with \`openclaw ${CLI_ROOT} endpoint add ${first}\`, or let ${agentId} run on another one with \`endpoint use\`.`,
    },
  ];
}

function namesIn({ endpoint, onLimit, routes }: ContractorConfig): string[] {
  const others = [...(onLimit === "error" ? [] : onLimit), ...routes.map((route) => route.endpoint)];
  const names = [...(endpoint === undefined ? [] : [endpoint]), ...others];
  return [...new Set(names)].filter((name) => name !== CLAUDE_LOGIN);
}

async function profileChecks(host: DoctorHost, endpoint: NamedEndpoint): Promise<Finding[]> {
  const title = `${endpoint.name} has its key`;
  try {
    const address = await host.probeAddress(endpoint);
    return address === null ? [passed(title)] : [passed(title), await answerCheck(endpoint.name, address)];
  } catch (cause) {
    return [failedBy(title, cause)];
  }
}

async function answerCheck(name: string, address: ProbeAddress): Promise<Finding> {
  const title = `${name} answers`;
  const { status, problem = "" } = await askModels(address);
  // Not every server tells its models; one that says so is there.
  if (status !== undefined && status !== 401 && status !== 403) return passed(title);
  return {
    ...{ title, status: "fail", cause: `${problem}.` },
    mend:
      status === undefined
        ? "See that it runs there and can be reached from this machine."
        : `Check its key, and try it with \`openclaw ${CLI_ROOT} endpoint test ${name}\`.`,
  };
}
