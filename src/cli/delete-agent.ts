import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PLUGIN_ID } from "../config/identifiers.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";

/**
 * `openclaw agents delete` moves an agent's workspace to the trash. The person's folder must stay, so the agent is
 * first pointed at an empty folder that the trash may have.
 */
export async function deleteAgentKeepingWorkspace(context: HostCliContext, agentId: string): Promise<void> {
  const decoy = join(context.stateDir, PLUGIN_ID, "removed", agentId);
  await mkdir(decoy, { recursive: true, mode: 0o700 });
  const workspace = await context.configWriter.moveAgentWorkspace(agentId, decoy);
  try {
    await context.deleteBaseAgent(agentId);
  } catch (error) {
    // A deletion that may still be under way would take the person's folder.
    if (ContractorError.isInstance(error) && error.retryable) throw error;
    if (workspace !== undefined) await context.configWriter.moveAgentWorkspace(agentId, workspace);
    throw error;
  } finally {
    await rm(decoy, { recursive: true, force: true });
  }
}
