import { CLI_ROOT } from "../../config/identifiers.ts";
import { unexpectedFailure } from "../../errors/unexpected-failure.ts";
import { askModels } from "../../endpoint/endpoint-probe.ts";
import type { NamedEndpoint } from "../../endpoint/endpoint-key.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { DoctorCheck } from "./doctor.ts";

/** Whether each profile has its key and answers. Costs nothing: the endpoints are asked for their models alone. */
export function endpointChecks(context: HostCliContext): Promise<DoctorCheck[]> {
  const endpoints = Object.entries(context.config.endpoints);
  return Promise.all(endpoints.map(([name, endpoint]) => endpointCheck(context, { name, ...endpoint })));
}

async function endpointCheck(context: HostCliContext, endpoint: NamedEndpoint): Promise<DoctorCheck> {
  const { name } = endpoint;
  const found = { phase: "endpoint", title: `${name} answers` } as const;
  try {
    const address = await context.probeAddress(endpoint);
    if (address === null) return { ...found, title: `${name} has what it needs`, status: "pass" };
    const { status, problem = "" } = await askModels(address);
    // Not every server tells its models; one that says so is there.
    if (status !== undefined && status !== 401 && status !== 403) return { ...found, status: "pass" };
    return {
      ...{ ...found, status: "fail", cause: `${problem}.` },
      mend:
        status === undefined
          ? "See that it runs there and can be reached from this machine."
          : `Check its key, and try it with \`openclaw ${CLI_ROOT} endpoint test ${name}\`.`,
    };
  } catch (cause) {
    const { message, mend } = unexpectedFailure(cause);
    return { ...found, title: `${name} has its key`, status: "fail", cause: message, mend };
  }
}
