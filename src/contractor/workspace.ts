import { access, constants, readlink, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ContractorError } from "../errors/contractor-error.ts";

/**
 * The real path of a workspace that can be worked in.
 * Errors: `workspace-missing`, `workspace-not-a-folder`, `workspace-not-writable`.
 */
export async function resolveWorkspace(workspace: string): Promise<string> {
  const real = await realpath(workspace).catch(async (cause: unknown) => {
    throw await missing(workspace, cause);
  });
  if (!(await stat(real)).isDirectory()) {
    throw new ContractorError("workspace-not-a-folder", {
      message: `The workspace ${workspace} is not a folder.`,
      mend: "Name the folder that the contractor shall work in.",
    });
  }
  await access(real, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw new ContractorError("workspace-not-writable", {
      message: `The workspace ${workspace} is not writable for this user.`,
      mend: "Change its permissions, or name another folder.",
      cause,
    });
  });
  return real;
}

async function missing(workspace: string, cause: unknown): Promise<ContractorError> {
  const target = await linkTargetOf(workspace);
  if (target === null) {
    return new ContractorError("workspace-missing", {
      message: `The workspace ${workspace} does not exist.`,
      mend: "Create the folder, or name another one.",
      cause,
    });
  }
  return new ContractorError("workspace-missing", {
    message: `The workspace ${workspace} is a symbolic link to ${target}, which does not exist.`,
    mend: "Bring that folder back, or point the link to where it is now.",
    cause,
  });
}

/** Where a chain of symbolic links ends; null for a path that is no link, and for links that lead round in a circle. */
async function linkTargetOf(path: string): Promise<string | null> {
  const seen = new Set([path]);
  let target = path;
  for (;;) {
    const next = await readlink(target).catch(() => null);
    if (next === null) return target === path ? null : target;
    target = resolve(dirname(target), next);
    if (seen.has(target)) return null;
    seen.add(target);
  }
}
