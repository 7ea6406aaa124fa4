import { ContractorError } from "./contractor-error.ts";

/** Whatever was thrown, as a `ContractorError`: its own, or one that names the cause instead of hiding it. */
export function unexpectedFailure(cause: unknown): ContractorError {
  if (ContractorError.isInstance(cause)) return cause;
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ContractorError("agent-failed", {
    message: `This failed for a reason that the plugin did not expect: ${words}`,
    mend: "Look at the Gateway's log and report it as a bug.",
    cause,
  });
}
