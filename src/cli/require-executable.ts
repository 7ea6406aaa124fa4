import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ContractorError } from "../errors/contractor-error.ts";

/** Throws `executable-missing`. */
export async function requireExecutable(path: string): Promise<void> {
  const program = resolve(path);
  const executable = await access(program, constants.X_OK).then(
    async () => (await stat(program)).isFile(),
    () => false,
  );
  if (executable) return;
  throw new ContractorError("executable-missing", {
    message: `The Claude executable ${program} does not exist or may not be executed.`,
    mend: "Name an installed `claude`, or name none to use the one that the adapter brings.",
  });
}
