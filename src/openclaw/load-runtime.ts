import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { ContractorError } from "../errors/contractor-error.ts";
import type { ContractorRuntime } from "./contractor-runtime.ts";

export type LoadRuntime = () => Promise<ContractorRuntime>;

/** Loads the runtime when it is needed first. Rejects with `plugin-changed`. */
export function createRuntimeLoader(api: OpenClawPluginApi, log: (message: string) => void): LoadRuntime {
  let loading: Promise<ContractorRuntime> | undefined;

  async function load(): Promise<ContractorRuntime> {
    const { createContractorRuntime } = await import("./contractor-runtime.ts").catch((cause: unknown) => {
      loading = undefined;
      throw filesChanged(cause);
    });
    return createContractorRuntime(api, log);
  }

  return () => (loading ??= load());
}

/** The files were there when the entry was loaded; an update or a removal takes them away. */
function filesChanged(cause: unknown): ContractorError {
  return new ContractorError("plugin-changed", {
    message: `A part of the contractor-agent plugin could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}.`,
    mend: "Restart the Gateway: the plugin was updated or removed while it ran.",
    cause,
  });
}
