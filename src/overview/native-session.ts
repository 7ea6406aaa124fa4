/** A session of Claude Code in a contractor's workspace, whoever began it. */
export type NativeSession = {
  claudeSessionId: string;
  /** The beginning of what was said first. */
  title: string;
  /** ISO timestamp. */
  lastActivityAt: string;
  workspace: string;
  /** The contractor's conversation that it belongs to already. */
  usedBy: { agentId: string; openclawSessionKey: string } | null;
};
