import { accessSync, constants, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ContractorError } from "../errors/contractor-error.ts";

/**
 * The real path of a workspace that can be worked in.
 * Errors: `workspace-missing`, `workspace-not-a-folder`, `workspace-not-writable`.
 */
export function resolveWorkspace(workspace: string): Promise<string> {
  return Promise.try(() => usableFolder(workspace));
}

/** Synchronous for the reason that `examine` in session-map-file.ts gives. */
function usableFolder(workspace: string): string {
  const real = realPathOf(workspace);
  if (!statSync(real).isDirectory()) {
    throw new ContractorError("workspace-not-a-folder", {
      message: `The workspace ${workspace} is not a folder.`,
      mend: "Name the folder that the contractor shall work in.",
    });
  }
  try {
    accessSync(real, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new ContractorError("workspace-not-writable", {
      message: `The workspace ${workspace} is not writable for this user.`,
      mend: "Change its permissions, or name another folder.",
      cause,
    });
  }
  return real;
}

function realPathOf(workspace: string): string {
  try {
    return realpathSync.native(workspace);
  } catch (cause) {
    throw missing(workspace, cause);
  }
}

function missing(workspace: string, cause: unknown): ContractorError {
  const target = linkTargetOf(workspace);
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
function linkTargetOf(path: string): string | null {
  const seen = new Set([path]);
  let target = path;
  for (;;) {
    const next = linkOf(target);
    if (next === null) return target === path ? null : target;
    target = resolve(dirname(target), next);
    if (seen.has(target)) return null;
    seen.add(target);
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
