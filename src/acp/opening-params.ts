import type { ClaudeOptions, OpenSessionRequest } from "./acp-adapter.ts";
import type { HttpMcpServer } from "../loopback/tool-gate.ts";
import type { AgentNeeds } from "./adapter-launch.ts";
import { builtInToolsExcept } from "./built-in-tools.ts";

/**
 * What claude-agent-acp passes on of Claude Code's own messages, as `_claude/sdkMessage`: ACP has no words for them. The
 * filter matches `origin` by kind: with it, a prompt's echo comes and tool results do not.
 */
const RAW_MESSAGES = [
  { type: "system", subtype: "api_retry" },
  { type: "system", subtype: "session_state_changed" },
  { type: "system", subtype: "background_tasks_changed" },
  { type: "system", subtype: "task_notification" },
  { type: "rate_limit_event" },
  { type: "user", origin: "human" },
  { type: "user", origin: "channel" },
];

/** What a session is opened with, besides what the caller asks for. */
export type OpeningContext = {
  needs: AgentNeeds;
  /** Claude Code settings, or the path of the file that has them, for an agent with `settingsInFile`. */
  settings: Record<string, unknown> | string;
  /** Where OpenClaw's tools are; undefined without a gate. */
  toolServer: HttpMcpServer | undefined;
};

/** What `session/new`, `session/resume`, `session/load` and `session/fork` have in common. Foreign agents ignore `_meta`. */
export function openingParams(
  request: OpenSessionRequest,
  { needs, settings, toolServer }: OpeningContext,
): Record<string, unknown> {
  const { workspace, systemPromptAppend, claudeOptions, openclawTools, mcpServers = [] } = request;
  const offered = openclawTools && toolServer ? [toolServer] : [];
  return {
    cwd: workspace,
    mcpServers: [...offered, ...mcpServers],
    _meta: {
      systemPrompt: { append: systemPromptAppend },
      claudeCode: {
        options: {
          // Otherwise most turns cost a second request, with the whole context, to guess what the person types next.
          promptSuggestions: false,
          ...(needs.nodeArguments ? { executableArgs: needs.nodeArguments } : {}),
          ...toolOptions(claudeOptions, needs),
          ...settingsOptions(settings, needs),
        },
        emitRawSDKMessages: RAW_MESSAGES,
      },
    },
  };
}

function settingsOptions(settings: OpeningContext["settings"], needs: AgentNeeds): Record<string, unknown> {
  // A value of null is an argument without one.
  const log = needs.debugLog ? { "debug-to-stderr": null } : {};
  if (typeof settings === "object") return { settings, extraArgs: log };
  return { settings: undefined, extraArgs: { ...log, settings } };
}

function toolOptions(options: ClaudeOptions, needs: AgentNeeds): ClaudeOptions {
  if (options.tools === undefined || !needs.toolsByExclusion) return options;
  const { tools, disallowedTools = [], ...rest } = options;
  return { ...rest, disallowedTools: [...new Set([...disallowedTools, ...builtInToolsExcept(tools)])] };
}
