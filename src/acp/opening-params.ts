import type { ClaudeOptions, OpenSessionRequest } from "./acp-adapter.ts";
import type { HttpMcpServer } from "../loopback/tool-gate.ts";
import type { AgentNeeds } from "./adapter-launch.ts";
import { builtInToolsExcept } from "./built-in-tools.ts";
import { mergeSettings } from "./merge-settings.ts";

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
  /** Claude Code settings that go with the program. */
  settings: Record<string, unknown>;
  gateSettings: Record<string, unknown>;
  /** Where OpenClaw's tools are; undefined without a gate. */
  toolServer: HttpMcpServer | undefined;
};

/** What `session/new`, `session/resume`, `session/load` and `session/fork` have in common. Foreign agents ignore `_meta`. */
export function openingParams(
  request: OpenSessionRequest,
  { needs, settings, gateSettings, toolServer }: OpeningContext,
): Record<string, unknown> {
  const { workspace, systemPromptAppend, claudeOptions, openclawTools, mcpServers = [] } = request;
  const offered = openclawTools && toolServer ? [toolServer] : [];
  const asked = mergeSettings(claudeOptions.settings ?? {}, settings);
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
          ...settingsOptions(mergeSettings(asked, gateSettings), needs),
        },
        emitRawSDKMessages: RAW_MESSAGES,
      },
    },
  };
}

function settingsOptions(settings: Record<string, unknown>, needs: AgentNeeds): Record<string, unknown> {
  // A value of null is an argument without one.
  const log = needs.debugLog ? { "debug-to-stderr": null } : {};
  if (!needs.settingsAsArgument) return { settings, extraArgs: log };
  return { settings: undefined, extraArgs: { ...log, settings: JSON.stringify(settings) } };
}

function toolOptions(options: ClaudeOptions, needs: AgentNeeds): ClaudeOptions {
  if (options.tools === undefined || !needs.toolsByExclusion) return options;
  const { tools, disallowedTools = [], ...rest } = options;
  return { ...rest, disallowedTools: [...new Set([...disallowedTools, ...builtInToolsExcept(tools)])] };
}
