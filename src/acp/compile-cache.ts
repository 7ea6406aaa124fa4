import { join } from "node:path";
import { preloadArguments } from "./node-preload.ts";

/** Started and at rest by then. */
const FLUSH_AFTER_MS = 5_000;

/**
 * Node keeps what it has compiled of a program, and the next process of the same program need not compile it again: a quarter of
 * the time that claude-code-acp and its Claude Code take to start. Set in the process itself and not by NODE_COMPILE_CACHE, which
 * every program that Claude Code runs would have as well. Written while the process runs: a process that is ended writes nothing.
 * These are the arguments of Node. `folder`: where the adapters' files are; Node tells its own versions apart.
 */
export function compileCacheArguments(folder: string): string[] {
  const program = `
import module from "node:module";
module.enableCompileCache?.(${JSON.stringify(join(folder, "compile-cache"))});
setTimeout(() => module.flushCompileCache?.(), ${FLUSH_AFTER_MS}).unref();
`;
  return preloadArguments(program);
}
