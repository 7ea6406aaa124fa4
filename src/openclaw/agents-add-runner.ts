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

const DELETE_TRIES = 3;

/**
 * Deletes the base agent with `openclaw agents delete`, which also moves the folder that the configuration names as
 * its workspace to the trash: point that elsewhere first. Rejects with `agent-delete-failed`, retryable when the
 * deletion may still be under way: a Gateway that is busy answers too late for the command's own limit of 10 s.
 */
export async function deleteBaseAgent(agentId: string, run = runOpenClaw): Promise<void> {
  let failure: string | undefined;
  for (let attempt = 1; attempt <= DELETE_TRIES; attempt += 1) {
    const outcome = await run(["agents", "delete", agentId, "--force"]);
    ({ failure } = outcome);
    if (failure === undefined) return;
    // The attempt before, whose end nobody saw, has done it.
    if (attempt > 1 && failure.startsWith(`Agent "${agentId}" not found`)) return;
    // OpenClaw takes one deletion of an agent after the other, so the next one waits for this one.
    if (!isOutcomeUnknown(failure)) break;
  }
  const retryable = isOutcomeUnknown(failure);
  throw new ContractorError("agent-delete-failed", {
    message: `OpenClaw could not delete the agent "${agentId}": ${failure}`,
    mend: retryable ? "Run the command again in a minute." : "Mend that and run the command again.",
    retryable,
  });
}

/** In the words of OpenClaw's Gateway client, which has no code for it. */
function isOutcomeUnknown(failure: string | undefined): boolean {
  return failure?.includes("its outcome is unknown") ?? false;
}
