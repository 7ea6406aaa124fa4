import { BRIDGE_MODEL_REF } from "../config/identifiers.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { runOpenClaw } from "./openclaw-cli.ts";

/** Creates the base agent with `openclaw agents add`. Rejects with `agent-create-failed` and the host's own words. */
export async function createBaseAgent(agent: { agentId: string; workspace: string }): Promise<void> {
  const { failure } = await runOpenClaw([
    "agents",
    "add",
    agent.agentId,
    "--workspace",
    agent.workspace,
    "--model",
    BRIDGE_MODEL_REF,
    "--non-interactive",
  ]);
  if (failure === undefined) return;
  throw new ContractorError("agent-create-failed", {
    message: `OpenClaw could not create the agent "${agent.agentId}": ${failure}`,
    mend: "Mend that and run the command again; nothing was left behind.",
  });
}

/**
 * Deletes the base agent with `openclaw agents delete`, which also moves the folder that the configuration names as
 * its workspace to the trash: point that elsewhere first. Rejects with `agent-delete-failed`.
 */
export async function deleteBaseAgent(agentId: string): Promise<void> {
  const { failure } = await runOpenClaw(["agents", "delete", agentId, "--force"]);
  if (failure === undefined) return;
  throw new ContractorError("agent-delete-failed", {
    message: `OpenClaw could not delete the agent "${agentId}": ${failure}`,
    mend: "Mend that and run the command again.",
  });
}
