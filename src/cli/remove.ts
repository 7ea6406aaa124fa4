import { realpath, stat } from "node:fs/promises";
import { CLI_ROOT } from "../config/identifiers.ts";
import { removeOwnLoginMark } from "../contractor/own-login.ts";
import { removeStateDir } from "../contractor/runtime-state.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { deleteAgentKeepingWorkspace } from "./delete-agent.ts";
import { requireContractor } from "./require-contractor.ts";

/**
 * Undoes `add`: the agent, the state folder, the settings. Each step accepts that it is done already, and the settings
 * come last, because they tell what the other steps need: after a failure, the same command goes on where it stopped.
 *
 * The workspace stays, with the template files that OpenClaw put there: where they vanish, OpenClaw
 * takes the folder for a lost one and refuses it for a day, so the same folder could not be used again.
 */
export async function removeContractor(
  context: HostCliContext,
  options: { agentId: string; yes?: boolean },
): Promise<CommandResult> {
  const { agentId } = options;
  const { workspace } = requireContractor(context, agentId);
  if (!options.yes) throw unconfirmed(agentId);
  if (context.agentIds.includes(agentId)) await deleteAgentKeepingWorkspace(context, agentId);
  await forgetSessions(context, { agentId, workspace });
  if (Object.keys(context.config.contractors).length === 1) removeOwnLoginMark(context.stateDir);
  await context.configWriter.removeContractor(agentId);
  return {
    data: { agentId },
    text: `The contractor agent "${agentId}" is removed. Its workspace ${workspace} is kept as it is, and so are Claude's own transcripts.`,
  };
}

/** Another contractor may work in the same folder: then only this one's entries go. */
async function forgetSessions(
  context: HostCliContext,
  contractor: { agentId: string; workspace: string },
): Promise<void> {
  const { agentId, workspace } = contractor;
  // A workspace that is gone has taken its state with it.
  if (await isGone(workspace)) return;
  const others = Object.entries(context.config.contractors).filter(([other]) => other !== agentId);
  const places = await Promise.all(others.map(([, other]) => realPathOf(other.workspace)));
  const shared = places.includes(await realPathOf(workspace));
  if (!shared) {
    await removeStateDir(workspace);
    return;
  }
  await context.openStore(workspace).removeAgent(agentId);
  await context.openSpending(workspace).removeAgent(agentId);
}

/** A file in its place counts too. Of a folder that cannot be looked at, nobody knows. */
async function isGone(workspace: string): Promise<boolean> {
  try {
    return !(await stat(workspace)).isDirectory();
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

/** Two names may lead to one folder. A folder that is gone goes by its name. */
async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

function unconfirmed(agentId: string): ContractorError {
  return new ContractorError("confirmation-required", {
    message: `This removes the agent "${agentId}" and its conversations from OpenClaw; the workspace is kept.`,
    mend: `Confirm with \`openclaw ${CLI_ROOT} remove --agent-id ${agentId} --yes\`.`,
  });
}
