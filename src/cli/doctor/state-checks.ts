import { CLI_ROOT } from "../../config/identifiers.ts";
import { ensureStateDir, sessionMapPathOf, stateDirOf, usagePathOf } from "../../contractor/runtime-state.ts";
import { checkSpending, damagesOfSessionMap, hasStateDir } from "../../contractor/state-diagnosis.ts";
import { resolveWorkspace } from "../../contractor/workspace.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import {
  contractorsOf,
  failedBy,
  FIX_COMMAND,
  passed,
  type CheckedContractor,
  type Finding,
} from "./doctor-check.ts";
import { folderChecks } from "./folder-checks.ts";
import { limitsCheck } from "./limits-check.ts";
import { lockCheck } from "./lock-checks.ts";

/** What this plugin remembers: of each contractor in its workspace, and of all in OpenClaw's state folder. */
export async function stateChecks(host: DoctorHost): Promise<Finding[]> {
  const checks: Finding[] = [];
  for (const checked of contractorsOf(host)) checks.push(...(await checksOf(host, checked)));
  return [
    ...checks,
    ...(await folderChecks("The plugin", host.pluginStateDir, { isNeeded: false })),
    limitsCheck(host),
  ];
}

async function checksOf(host: DoctorHost, { agentId, contractor }: CheckedContractor): Promise<Finding[]> {
  // What is wrong with the workspace itself is told once.
  const workspace = await resolveWorkspace(contractor.workspace).catch(() => null);
  if (workspace === null) return [];
  const there = await stateDirCheck(agentId, workspace);
  if (there.status !== "pass") return [there];
  return [
    there,
    ...(await folderChecks(agentId, stateDirOf(workspace), { isNeeded: true })),
    await mapCheck(host, { agentId, workspace }),
    await lockCheck(host, {
      title: `${agentId}'s session map can be locked`,
      path: sessionMapPathOf(workspace),
    }),
    await spendingCheck(agentId, workspace),
    await lockCheck(host, {
      title: `${agentId}'s account of usage can be locked`,
      path: usagePathOf(workspace),
    }),
  ];
}

async function stateDirCheck(agentId: string, workspace: string): Promise<Finding> {
  const title = `${agentId} has its state folder`;
  try {
    if (await hasStateDir(workspace)) return passed(title);
  } catch (cause) {
    return failedBy(title, cause);
  }
  return {
    ...{
      title,
      status: "warn",
      cause: `${stateDirOf(workspace)} is not there, so nothing is remembered of its conversations.`,
    },
    mend: `Make it with \`${FIX_COMMAND}\`, or bring it back from a backup.`,
    async repair() {
      await ensureStateDir(workspace);
      return `${stateDirOf(workspace)} is there`;
    },
  };
}

type Place = { agentId: string; workspace: string };

async function mapCheck(host: DoctorHost, { agentId, workspace }: Place): Promise<Finding> {
  const title = `${agentId}'s session map can be read`;
  try {
    const [damage] = await damagesOfSessionMap(workspace);
    if (damage === undefined) return passed(title);
    return {
      ...{ title, status: "fail", cause: `${damage.path} ${damage.problem}.` },
      mend: `Run \`${FIX_COMMAND}\`: it moves the file aside and restores what can be read.`,
      repair: () => restore(host, workspace),
    };
  } catch (cause) {
    return failedBy(title, cause);
  }
}

/** The store itself moves a damaged map aside, and restores it from its copy. */
async function restore(host: DoctorHost, workspace: string): Promise<string> {
  const store = host.openStore(workspace);
  await store.list();
  const incident = (await store.incidents()).at(-1);
  return incident === undefined
    ? "it is whole again"
    : `moved to ${incident.movedTo}, and ${incident.restored} entries are restored`;
}

async function spendingCheck(agentId: string, workspace: string): Promise<Finding> {
  const title = `${agentId}'s account of usage can be read`;
  try {
    await checkSpending(workspace);
    return passed(title);
  } catch (cause) {
    // Beginning a new one makes room in each budget: that is for a person to decide.
    return failedBy(
      title,
      cause,
      `Begin a new account with \`openclaw ${CLI_ROOT} budget reset --agent-id ${agentId}\`.`,
    );
  }
}
