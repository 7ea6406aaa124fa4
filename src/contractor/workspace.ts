import { access, constants, realpath, stat } from "node:fs/promises";
import { ContractorError } from "../errors/contractor-error.ts";

/**
 * The real path of a workspace that can be worked in.
 * Errors: `workspace-missing`, `workspace-not-a-folder`, `workspace-not-writable`.
 */
export async function resolveWorkspace(workspace: string): Promise<string> {
  const real = await realpath(workspace).catch((cause: unknown) => {
    throw new ContractorError("workspace-missing", {
      message: `The workspace ${workspace} does not exist.`,
      mend: "Create the folder, or name another one.",
      cause,
    });
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
