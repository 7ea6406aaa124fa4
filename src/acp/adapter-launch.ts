import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { AdapterName } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";

/** How an ACP agent is started: the program, its arguments, and its whole environment. */
export type AgentLaunch = {
  command: string;
  args: string[];
  environment: Record<string, string>;
};

/** npm package and program of each adapter that this project brings. */
const ADAPTER_PROGRAMS: Record<AdapterName, { package: string; program: string }> = {
  "claude-agent-acp": { package: "@agentclientprotocol/claude-agent-acp", program: "dist/index.js" },
  "claude-code-acp": { package: "@zed-industries/claude-code-acp", program: "dist/index.js" },
};

const require = createRequire(import.meta.url);

/** Absolute path of an installed adapter's program. Throws `adapter-missing`. */
export function resolveAdapterProgram(name: AdapterName): string {
  const adapter = ADAPTER_PROGRAMS[name];
  try {
    return join(dirname(require.resolve(`${adapter.package}/package.json`)), adapter.program);
  } catch (cause) {
    throw new ContractorError("adapter-missing", {
      message: `The ACP adapter ${name} (npm package ${adapter.package}) is not installed.`,
      mend: "Reinstall the plugin with `openclaw plugins install`, which brings the adapters along.",
      cause,
    });
  }
}

/** The launch of an installed adapter under the Node that runs us. */
export function adapterLaunch(name: AdapterName, environment: Record<string, string>): AgentLaunch {
  return { command: process.execPath, args: [resolveAdapterProgram(name)], environment };
}
