import { readdir, realpath } from "node:fs/promises";
import { parse } from "node:path";
import { errnoOf } from "../../contractor/session-map/session-map-file.ts";
import { resolveWorkspace } from "../../contractor/workspace.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { contractorsOf, failedBy, passed, type CheckedContractor, type Finding } from "./doctor-check.ts";

/** The folder that each contractor works in. */
export async function workspaceChecks(host: DoctorHost): Promise<Finding[]> {
  const users = await usersByFolder(host);
  const checks = await Promise.all(
    contractorsOf(host).map((checked) => checksOf(host, { ...checked, users })),
  );
  return checks.flat();
}

type Looked = CheckedContractor & { users: Map<string, Set<string>> };

async function checksOf(host: DoctorHost, { agentId, contractor, users }: Looked): Promise<Finding[]> {
  const title = `${agentId}'s workspace can be worked in`;
  const { workspace } = contractor;
  let folder: string;
  try {
    folder = await resolveWorkspace(workspace);
  } catch (cause) {
    return [failedBy(title, cause)];
  }
  const problem = await readingProblem(folder);
  if (problem !== null) {
    return [
      {
        ...{ title, status: "fail", cause: `The workspace ${workspace} cannot be read (${problem}).` },
        mend: `Give the Gateway's user the right to read and change it: \`chmod u+rwx\`, or \`chown\`.`,
      },
    ];
  }
  return [
    passed(title),
    await breadthCheck(host, { agentId, folder }),
    sharingCheck(agentId, users.get(folder) ?? new Set()),
  ];
}

/** The system's name of what keeps this user from reading a folder; null when nothing does. */
function readingProblem(folder: string): Promise<string | null> {
  return readdir(folder).then(
    () => null,
    (cause: unknown) => errnoOf(cause) ?? String(cause),
  );
}

/** Whoever talks to a contractor reaches all that its workspace holds. */
async function breadthCheck(
  { userHome }: DoctorHost,
  { agentId, folder }: { agentId: string; folder: string },
): Promise<Finding> {
  const title = `${agentId}'s workspace is a project's`;
  const home = userHome === undefined ? null : await realpath(userHome).catch(() => null);
  const what =
    folder === parse(folder).root ? "the whole machine" : folder === home ? "your home folder" : null;
  if (what === null) return passed(title);
  return {
    ...{ title, status: "warn" },
    cause: `It is ${folder}, ${what}, with every key and secret in it.`,
    mend: "Give the contractor a folder of its own.",
  };
}

function sharingCheck(agentId: string, users: Set<string>): Finding {
  const title = `${agentId} works alone in its workspace`;
  const others = [...users].filter((other) => other !== agentId);
  if (others.length === 0) return passed(title);
  return {
    ...{
      title,
      status: "warn",
      cause: `${others.join(", ")} ${others.length === 1 ? "works" : "work"} there, too.`,
    },
    mend: "Leave it so if they shall see each other's changes at once, or give one another workspace.",
  };
}

/** Who works where, OpenClaw's other agents among them; by real path. */
async function usersByFolder(host: DoctorHost): Promise<Map<string, Set<string>>> {
  const agents = [...host.agents].map(([agentId, { workspace }]) => ({ agentId, workspace }));
  const contractors = contractorsOf(host).map(({ agentId, contractor: { workspace } }) => ({
    agentId,
    workspace,
  }));
  const users = new Map<string, Set<string>>();
  for (const { agentId, workspace } of [...agents, ...contractors]) {
    const folder = workspace === undefined ? null : await realpath(workspace).catch(() => null);
    if (folder !== null) users.set(folder, (users.get(folder) ?? new Set<string>()).add(agentId));
  }
  return users;
}
