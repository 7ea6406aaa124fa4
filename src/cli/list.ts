import { CLI_ROOT } from "../config/identifiers.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { renderTable } from "./table.ts";

/** Every contractor and how it is set, from the settings alone. */
export function listContractors({ config }: HostCliContext): Promise<CommandResult> {
  const contractors = Object.entries(config.contractors).map(([agentId, contractor]) => {
    const { workspace, adapter, endpoint = null, model = null, mode, permissionMode } = contractor;
    return {
      agentId,
      contractor: contractor.contractor,
      workspace,
      adapter,
      endpoint,
      model,
      mode,
      permissionMode,
    };
  });
  const text =
    contractors.length === 0
      ? `No contractor agents yet. \`openclaw ${CLI_ROOT} add --help\` shows how to create one.`
      : renderTable(
          ["AGENT", "CONTRACTOR", "MODE", "PERMISSIONS", "ADAPTER", "ENDPOINT", "MODEL", "WORKSPACE"],
          contractors.map((row) => [
            row.agentId,
            row.contractor,
            row.mode,
            row.permissionMode === "bypass" ? "bypass (!)" : row.permissionMode,
            row.adapter,
            row.endpoint ?? "Claude login",
            row.model ?? "default",
            row.workspace,
          ]),
        );
  return Promise.resolve({ data: { contractors }, text });
}
