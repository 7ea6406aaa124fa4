import { BRIDGE_MODEL_REF, CLI_ROOT, PROVIDER_ID } from "../../config/identifiers.ts";
import { claudeModeOf } from "../../contractor/permission-mode.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import {
  contractorsOf,
  failedBy,
  FIX_COMMAND,
  passed,
  type CheckedContractor,
  type Finding,
} from "./doctor-check.ts";

/** The plugin's settings, and the agents of OpenClaw that they are about. */
export function pluginChecks(host: DoctorHost): Finding[] {
  const title = "The plugin's settings are valid";
  if (host.configProblem !== null) return [failedBy(title, host.configProblem)];
  return [passed(title), ...contractorsOf(host).flatMap((checked) => contractorChecks(host, checked))];
}

function contractorChecks(host: DoctorHost, checked: CheckedContractor): Finding[] {
  const { agentId, contractor } = checked;
  const permissions = permissionCheck(host, checked);
  if (!host.agentIds.includes(agentId)) {
    return [
      {
        ...{ title: `OpenClaw has the agent ${agentId}`, status: "fail" },
        cause: `It has no agent "${agentId}" for this contractor.`,
        mend: `Create it with \`openclaw agents add ${agentId} --workspace ${contractor.workspace} --model ${BRIDGE_MODEL_REF} --non-interactive\`, or remove the contractor with \`openclaw ${CLI_ROOT} remove --agent-id ${agentId} --yes\`.`,
      },
      permissions,
    ];
  }
  return [
    passed(`OpenClaw has the agent ${agentId}`),
    modelCheck(host, agentId),
    ...workspaceCheck(host, checked),
    permissions,
  ];
}

function modelCheck(host: DoctorHost, agentId: string): Finding {
  const title = `${agentId} has a model of the bridge`;
  const { model, hasOwnModel = false } = host.agents.get(agentId) ?? {};
  if (model?.startsWith(`${PROVIDER_ID}/`) === true) return passed(title);
  const setIt = `openclaw config set agents.entries.${agentId}.model ${BRIDGE_MODEL_REF}`;
  if (hasOwnModel) {
    return {
      ...{ title, status: "fail" },
      cause: `Its model is ${model ?? "another one"}, so OpenClaw answers itself and Claude Code is never asked.`,
      // Somebody has chosen it.
      mend: `Set it with \`${setIt}\`.`,
    };
  }
  return {
    ...{ title, status: "fail" },
    cause: `It names no model, so its turns go to OpenClaw's default${model === undefined ? "" : `, ${model}`}.`,
    mend: `Run \`${FIX_COMMAND}\`, or \`${setIt}\`.`,
    async repair() {
      await host.giveBridgeModel(agentId);
      return `its model is ${BRIDGE_MODEL_REF} now`;
    },
  };
}

function workspaceCheck(host: DoctorHost, { agentId, contractor }: CheckedContractor): Finding[] {
  const agent = host.agents.get(agentId);
  if (agent?.workspace === undefined) return [];
  const title = `OpenClaw and ${agentId} mean the same workspace`;
  if (agent.workspace === contractor.workspace) return [passed(title)];
  return [
    {
      ...{ title, status: "warn" },
      cause: `Claude Code works in ${contractor.workspace}, and OpenClaw's agent in ${agent.workspace}.`,
      mend: `Set it with \`openclaw config set agents.entries.${agentId}.workspace ${contractor.workspace}\`.`,
    },
  ];
}

/** The user of this command is taken for the Gateway's. */
function permissionCheck({ uid }: DoctorHost, { agentId, contractor }: CheckedContractor): Finding {
  const title = `${agentId} may run in its permission mode`;
  try {
    claudeModeOf({ ...contractor, uid });
    return passed(title);
  } catch (cause) {
    return failedBy(title, cause);
  }
}
