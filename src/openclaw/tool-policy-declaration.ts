/** Claude Code's tools by the OpenClaw tool whose policy covers them. */
export const CLAUDE_TOOLS: Record<string, readonly string[]> = {
  exec: ["Bash", "BashOutput", "KillShell", "PowerShell", "TaskOutput", "TaskStop"],
  read: ["Read", "Glob", "Grep", "LS", "LSP", "NotebookRead"],
  write: ["Write"],
  edit: ["Edit", "MultiEdit", "NotebookEdit"],
  web_fetch: ["WebFetch"],
  web_search: ["WebSearch"],
  sessions_spawn: ["Agent", "Task"],
};

/**
 * What the harness declares of itself. `exact`: an agent's tool policy holds for Claude Code's own tools, or its turn is
 * refused. An agent whose profile lacks one of the native tools is restricted; a deny of nothing but the safe ones
 * restricts nobody, because Claude Code has no tool that does the same.
 */
export const TOOL_POLICY_DECLARATION = {
  conversationToolPolicySupport: "exact",
  conversationToolPolicyNativeTools: Object.keys(CLAUDE_TOOLS),
  conversationToolPolicySafeDenyTools: [
    "agents_list",
    "browser",
    "canvas",
    "computer",
    "conversations_list",
    "conversations_send",
    "conversations_turn",
    "gateway",
    "heartbeat_respond",
    "image_generate",
    "memory_get",
    "memory_search",
    "message",
    "music_generate",
    "nodes",
    "openclaw",
    "plugins",
    "progress_card",
    "screen",
    "session_status",
    "sessions_history",
    "sessions_list",
    "sessions_search",
    "theme",
    "tts",
    "video_generate",
  ],
} as const;
