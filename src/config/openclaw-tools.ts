/** OpenClaw's own groups of its tools (docs/gateway/sandbox-vs-tool-policy-vs-elevated.md there), as far as they suit a contractor. */
export const OPENCLAW_TOOL_GROUPS: Record<string, readonly string[]> = {
  messaging: ["message"],
  sessions: [
    "session_status",
    "sessions",
    "sessions_history",
    "sessions_list",
    "sessions_search",
    "sessions_send",
    "sessions_spawn",
    "subagents",
    "conversations_list",
    "conversations_send",
    "conversations_turn",
  ],
  agents: ["agents_list"],
  memory: ["memory_get", "memory_search"],
  automation: ["cron", "heartbeat_respond"],
  media: ["image_generate", "music_generate", "pdf", "tts", "video_generate"],
  ui: ["browser", "canvas", "progress_card", "screen", "show_widget"],
  nodes: ["computer", "nodes"],
  web: ["web_fetch", "web_search", "x_search"],
};

/** Useful to everybody, and nothing that Claude Code has of its own, drives a device, or costs money by itself. */
export const DEFAULT_OPENCLAW_TOOLS = ["messaging", "sessions", "agents", "memory", "automation"];

/**
 * The tools that Claude sees whole from the first request on, where Claude Code defers the others behind its tool search:
 * what talking to people and agents begins with. docs/decisions/0013 has the sizes.
 */
export const OPENCLAW_TOOLS_AT_HAND: readonly string[] = ["message", "sessions_list", "sessions_send"];

/** A group, or one tool by its name in OpenClaw. */
export const OPENCLAW_TOOL_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;

/** The names of all tools that a selection of groups and names means. */
export function selectedOpenClawTools(selection: readonly string[]): Set<string> {
  return new Set(
    selection.flatMap((name) =>
      Object.hasOwn(OPENCLAW_TOOL_GROUPS, name) ? (OPENCLAW_TOOL_GROUPS[name] ?? []) : [name],
    ),
  );
}
