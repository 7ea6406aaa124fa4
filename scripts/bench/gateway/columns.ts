/** Whom the same turns are asked of: OpenClaw's own backend, this plugin's adapters, and these without OpenClaw. */
export const COLUMNS = [
  "claude-cli",
  "claude-agent-acp",
  "claude-code-acp",
  "bare claude-agent-acp",
  "bare claude-code-acp",
] as const;

export type Column = (typeof COLUMNS)[number];
