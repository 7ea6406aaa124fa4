import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CLI_ROOT, PLUGIN_ID } from "../config/identifiers.ts";
import { removeUntouchedTemplates } from "../contractor/provisioning-record.ts";
import { removeStateDir } from "../contractor/runtime-state.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { requireContractor } from "./require-contractor.ts";

/** Undoes `add` and keeps the workspace. */
export async function removeContractor(
  context: HostCliContext,
  options: { agentId: string; yes?: boolean },
): Promise<CommandResult> {
  const { agentId } = options;
  const { workspace } = requireContractor(context, agentId);
  if (!options.yes) throw unconfirmed(agentId);
  if (context.agentIds.includes(agentId)) await deleteAgentKeepingWorkspace(context, agentId);
  await context.configWriter.removeContractor(agentId);
  await forgetSessions(context, { agentId, workspace });
  return {
    data: { agentId },
    text: `The contractor agent "${agentId}" is removed. Its workspace ${workspace} and Claude's own transcripts are kept.`,
  };
}

/**
 * `openclaw agents delete` moves an agent's workspace to the trash. The person's folder must stay, so the agent is
 * first pointed at an empty folder that the trash may have.
 */
async function deleteAgentKeepingWorkspace(context: HostCliContext, agentId: string): Promise<void> {
  const decoy = join(context.stateDir, PLUGIN_ID, "removed", agentId);
  await mkdir(decoy, { recursive: true, mode: 0o700 });
  const workspace = await context.configWriter.moveAgentWorkspace(agentId, decoy);
  try {
    await context.deleteBaseAgent(agentId);
  } catch (error) {
    if (workspace !== undefined) await context.configWriter.moveAgentWorkspace(agentId, workspace);
    throw error;
  } finally {
    await rm(decoy, { recursive: true, force: true });
  }
}

/** Another contractor may work in the same folder: then only this one's entries go. */
async function forgetSessions(
  context: HostCliContext,
  contractor: { agentId: string; workspace: string },
): Promise<void> {
  const { agentId, workspace } = contractor;
  const shared = Object.entries(context.config.contractors).some(
    ([other, { workspace: place }]) => other !== agentId && place === workspace,
  );
  try {
    if (shared) {
      await context.openStore(workspace).removeAgent(agentId);
      return;
    }
    await removeUntouchedTemplates(workspace);
    await removeStateDir(workspace);
  } catch (error) {
    // A workspace that is gone has taken its state with it.
    if (!ContractorError.isInstance(error) || error.code !== "workspace-missing") throw error;
  }
}

function unconfirmed(agentId: string): ContractorError {
  return new ContractorError("confirmation-required", {
    message: `This removes the agent "${agentId}" and its conversations from OpenClaw; the workspace is kept.`,
    mend: `Confirm with \`openclaw ${CLI_ROOT} remove --agent-id ${agentId} --yes\`.`,
  });
}
