/** Claude Code's own facts of an update: both adapters put them under `_meta.claudeCode`. */
export type ClaudeMeta = {
  toolName?: string;
  /** The tool whose subagent is at work. */
  parentToolUseId?: string;
  /** Why a call never ran: `user-rejected`, `permission-rule`, `interrupted`, … */
  nonExecutionKind?: string;
  /** What the tool returned, or how far it is: its shape depends on the tool. */
  toolResponse?: unknown;
};

type MayHaveMeta = { _meta?: Record<string, unknown> | null };

export function claudeMetaOf({ _meta }: MayHaveMeta): ClaudeMeta {
  const meta = _meta?.["claudeCode"];
  if (!isRecord(meta)) return {};
  const { toolName, parentToolUseId, nonExecutionKind, toolResponse } = meta;
  return {
    ...(typeof toolName === "string" ? { toolName } : {}),
    ...(typeof parentToolUseId === "string" ? { parentToolUseId } : {}),
    ...(typeof nonExecutionKind === "string" ? { nonExecutionKind } : {}),
    ...(toolResponse === undefined ? {} : { toolResponse }),
  };
}

/** When the usage limit that Claude Code is close to, or has met, is over: `_meta["_claude/rateLimit"]`, in seconds. */
export function limitResetOf({ _meta }: MayHaveMeta): Date | undefined {
  const limit = _meta?.["_claude/rateLimit"];
  if (!isRecord(limit) || limit["status"] === "allowed") return undefined;
  const { resetsAt } = limit;
  return typeof resetsAt === "number" && resetsAt > 0 ? new Date(resetsAt * 1000) : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
