import { PLUGIN_VERSION } from "../config/identifiers.ts";

/**
 * The host evaluates a plugin several times in one process, and runs turns on another copy than services. The copies
 * share nothing but `globalThis`, so what must exist once lives there, under a name that no other version uses.
 */
export const SHARED_RUNTIME = Symbol.for(`contractor-agent/shared-runtime@${PLUGIN_VERSION}`);

/** What any copy can do with it, also one that has loaded nothing. */
export type Drainable = { drain: (log: (message: string) => void) => Promise<void> };

/** Ends every idle Claude process of this Node process and writes what its maps have noted, if any turn ever ran in it. */
export async function drainSharedRuntime(log: (message: string) => void): Promise<void> {
  await (globalThis as { [SHARED_RUNTIME]?: Drainable })[SHARED_RUNTIME]?.drain(log);
}
