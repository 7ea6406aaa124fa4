import claudeAgentAcp from "../../adapters/claude-agent-acp/package.json" with { type: "json" };
import claudeAgentAcpLock from "../../adapters/claude-agent-acp/package-lock.json" with { type: "json" };
import claudeCodeAcp from "../../adapters/claude-code-acp/package.json" with { type: "json" };
import claudeCodeAcpLock from "../../adapters/claude-code-acp/package-lock.json" with { type: "json" };
import type { AdapterName } from "../config/schema.ts";
import type { AgentNeeds } from "./adapter-launch.ts";
import { ENDPOINT_GUARD } from "./endpoint-guard.ts";

/** What npm needs to install one adapter: exact versions of the whole tree, each with its integrity hash. */
export type AdapterPackage = {
  manifest: { version: string };
  lock: unknown;
  /** Path of the adapter's program below the folder that it is installed in. */
  program: string;
  needs: AgentNeeds;
};

export const ADAPTER_PACKAGES: Record<AdapterName, AdapterPackage> = {
  "claude-agent-acp": {
    manifest: claudeAgentAcp,
    lock: claudeAgentAcpLock,
    program: "node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js",
    needs: { asksClaudeBeside: true, canBeManaged: true, reportsCost: true },
  },
  "claude-code-acp": {
    manifest: claudeCodeAcp,
    lock: claudeCodeAcpLock,
    program: "node_modules/@zed-industries/claude-code-acp/dist/index.js",
    needs: {
      gateTransport: "command",
      toolsByExclusion: true,
      settingsInFile: true,
      debugLog: true,
      losesUnknownCommands: true,
      keepsToolLists: true,
      nodeArguments: ENDPOINT_GUARD,
      environment: {
        // This adapter cannot switch it on, and whether it may be would be asked of api.anthropic.com, with the key.
        CLAUDE_CODE_DISABLE_FAST_MODE: "1",
        // It reads Claude Code's output only while a prompt runs: what comes in between would begin the next answer.
        CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
        // Puts the headers of refused requests into the log, `retry-after` among them.
        ANTHROPIC_LOG: "debug",
      },
    },
  },
};

/** Whether this adapter's Claude Code can be told that whoever starts it provides endpoint and key. */
export function canBeManaged(name: AdapterName): boolean {
  return ADAPTER_PACKAGES[name].needs.canBeManaged ?? false;
}

/** Whether a session of this adapter knows the tools that it was opened with, and no others. */
export function keepsToolLists(name: AdapterName): boolean {
  return ADAPTER_PACKAGES[name].needs.keepsToolLists ?? false;
}

/** Whether it is known what a turn has cost when it is over. */
export function reportsCost(name: AdapterName): boolean {
  return ADAPTER_PACKAGES[name].needs.reportsCost ?? false;
}
