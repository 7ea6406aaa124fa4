import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { PLUGIN_VERSION } from "../config/identifiers.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type * as runtimeModule from "./contractor-runtime.ts";

export type LoadRuntime = () => Promise<runtimeModule.ContractorRuntime>;

type RuntimeModule = typeof runtimeModule;

/**
 * The host captures a plugin's files anew for each of its copies, and Node evaluates each capture. What takes long to
 * evaluate is evaluated once in a process, by the copy that needs it first.
 */
const RUNTIME_MODULE = Symbol.for(`contractor-agent/runtime-module@${PLUGIN_VERSION}`);

/** Loads the runtime when it is needed first. Rejects with `plugin-changed`. */
export function createRuntimeLoader(api: OpenClawPluginApi, log: (message: string) => void): LoadRuntime {
  let runtime: runtimeModule.ContractorRuntime | undefined;
  return async () => {
    const { createContractorRuntime } = await sharedModule();
    return (runtime ??= createContractorRuntime(api, log));
  };
}

async function sharedModule(): Promise<RuntimeModule> {
  const registry = globalThis as { [RUNTIME_MODULE]?: Promise<RuntimeModule> | undefined };
  try {
    return await (registry[RUNTIME_MODULE] ??= import("./contractor-runtime.ts"));
  } catch (cause) {
    registry[RUNTIME_MODULE] = undefined;
    throw filesChanged(cause);
  }
}

/** The files were there when the entry was loaded; an update or a removal takes them away. */
function filesChanged(cause: unknown): ContractorError {
  return new ContractorError("plugin-changed", {
    message: `A part of the contractor-agent plugin could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}.`,
    mend: "Restart the Gateway: the plugin was updated or removed while it ran.",
    cause,
  });
}
