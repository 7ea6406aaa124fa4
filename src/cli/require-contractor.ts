import { CLI_ROOT } from "../config/identifiers.ts";
import { ownValue } from "../config/own-value.ts";
import type { ContractorConfig } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";

/** The settings of a contractor that a person named. Throws `contractor-unknown`. */
export function requireContractor(context: HostCliContext, agentId: string): ContractorConfig {
  const contractor = ownValue(context.config.contractors, agentId);
  if (contractor !== undefined) return contractor;
  const known = Object.keys(context.config.contractors);
  throw new ContractorError("contractor-unknown", {
    message: `There is no contractor agent "${agentId}"${known.length === 0 ? "" : ` (known: ${known.join(", ")})`}.`,
    mend: `Run \`openclaw ${CLI_ROOT} status\` to see the contractors.`,
  });
}
