import type { AdapterName } from "../config/schema.ts";
import type { GateTransport } from "../loopback/tool-gate.ts";
import type { LeaseRequest } from "../process/process-leases.ts";
import { ADAPTER_PACKAGES } from "./adapter-packages.ts";
import { compileCacheArguments } from "./compile-cache.ts";
import { claudeLauncherEnvironment } from "./claude-launcher.ts";
import { npmRootCacheArguments } from "./npm-root-cache.ts";

/** How an ACP agent is started: the program, its arguments, and its whole environment. */
export type AgentLaunch = {
  command: string;
  args: string[];
  environment: Record<string, string>;
  /** Claude Code settings that go with the program, above those of files and below the gate's. */
  settings?: Record<string, unknown> | undefined;
  /** The settings go into a file in this folder: the session options of its agent take none. */
  settingsFolder?: string | undefined;
  /** Has the process ended when this one cannot do it any more. */
  lease?: LeaseRequest | undefined;
  /** What this program needs that others do not; nothing unless given. */
  needs?: AgentNeeds;
};

/** What sets one agent program apart before it runs; what it says of itself at `initialize` is no part of it. */
export type AgentNeeds = {
  /** How the hooks of its Claude Code reach the tool gate; over HTTP unless given. */
  gateTransport?: GateTransport;
  /** Its session options take no list of tools, so what a list leaves out is disallowed by name. */
  toolsByExclusion?: boolean;
  /** Its session options take no settings, so they go into a file that an argument of its Claude Code names. */
  settingsInFile?: boolean;
  /** It tells nothing of refused requests; the log that its Claude Code writes to stderr on demand does. */
  debugLog?: boolean;
  /** It answers a slash command that it does not know with nothing at all. */
  losesUnknownCommands?: boolean;
  /** Its Claude Code asks an MCP server for its tools once, and does not hear of changes. */
  keepsToolLists?: boolean;
  /** Its Claude Code knows CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST. */
  canBeManaged?: boolean;
  /** It runs Claude Code for questions of its own, beside the session. */
  asksClaudeBeside?: boolean;
  /** It tells what its Claude Code's requests have cost. */
  reportsCost?: boolean;
  /** Arguments of the Node that runs its Claude Code. */
  nodeArguments?: string[] | undefined;
  /** Variables that it needs for this; a contractor's own settings win. */
  environment?: Record<string, string>;
};

/** The launch of an adapter's program under the Node that runs us. `folder`: for what is written for it, nothing secret. */
export async function adapterLaunch(
  name: AdapterName,
  start: {
    program: string;
    environment: Record<string, string>;
    settings?: Record<string, unknown>;
    folder: string;
    lease?: LeaseRequest;
  },
): Promise<AgentLaunch> {
  const { needs } = ADAPTER_PACKAGES[name];
  const { program, environment, settings, folder } = start;
  const executable = environment["CLAUDE_CODE_EXECUTABLE"];
  const cache = compileCacheArguments(folder);
  // A Claude Code that a person has chosen need not be a script for Node.
  const forScript = executable === undefined ? needs.nodeArguments : undefined;
  const nodeArguments = forScript && [...cache, ...npmRootCacheArguments(folder), ...forScript];
  return {
    command: process.execPath,
    args: [...cache, program],
    environment: {
      ...needs.environment,
      ...environment,
      ...(needs.asksClaudeBeside ? await claudeLauncherEnvironment({ folder, program, executable }) : {}),
    },
    settings,
    settingsFolder: needs.settingsInFile ? folder : undefined,
    lease: start.lease,
    needs: { ...needs, nodeArguments },
  };
}
