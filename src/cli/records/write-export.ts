import { link, lstat, open, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { ContractorError } from "../../errors/contractor-error.ts";
import { errnoOf, STATE_FILE_MODE, temporaryPathOf } from "../../contractor/session-map/session-map-file.ts";

/**
 * Writes a file that only its owner reads, whole or not at all. Resolves to its absolute path.
 * Errors: `output-exists` unless `force`, `output-unwritable`; what `pieces` rejects with goes through.
 */
export async function writeExport(
  output: string,
  { pieces, force }: { pieces: AsyncIterable<string>; force: boolean },
): Promise<string> {
  const path = resolve(output);
  if (!force && (await isThere(path))) throw outputExists(path);
  const draft = temporaryPathOf(path);
  try {
    await writeDraft(draft, { path, pieces });
    await (force ? rename(draft, path) : putInPlace(draft, path));
  } catch (cause) {
    throw asOutputError(cause, path);
  } finally {
    await rm(draft, { force: true });
  }
  return path;
}

async function writeDraft(
  draft: string,
  { path, pieces }: { path: string; pieces: AsyncIterable<string> },
): Promise<void> {
  const handle = await open(draft, "wx", STATE_FILE_MODE).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
  try {
    // The umask of the process may have taken bits away.
    await handle.chmod(STATE_FILE_MODE);
    for await (const piece of pieces) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename would replace what somebody has put there meanwhile. */
async function putInPlace(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (cause) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(cause) ?? "")) throw cause;
    // Not every file system has links.
    if (await isThere(path)) throw outputExists(path);
    await rename(draft, path);
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (cause: unknown) => {
      if (errnoOf(cause) === "ENOENT") return false;
      throw unwritable(path, cause);
    },
  );
}

function asOutputError(cause: unknown, path: string): unknown {
  if (ContractorError.isInstance(cause)) return cause;
  return errnoOf(cause) === "EEXIST" ? outputExists(path) : unwritable(path, cause);
}

function outputExists(path: string): ContractorError {
  return new ContractorError("output-exists", {
    message: `There is something at ${path} already; it was left as it is.`,
    mend: "Name another file, or add --force to replace it.",
  });
}

function unwritable(path: string, cause: unknown): ContractorError {
  return new ContractorError("output-unwritable", {
    message: `The export cannot be written to ${path} (${errnoOf(cause) ?? String(cause)}).`,
    mend: "Name a file in a folder that exists and that you may write to, on a disk with room.",
    cause,
  });
}
