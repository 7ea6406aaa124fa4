import { z } from "zod";

/** Where a turn's session came from: its process was there, a spare one was open, it was resumed, or it was begun. */
export const SESSION_SOURCES = ["warm", "spare", "resumed", "new"] as const;

export type SessionSource = (typeof SESSION_SOURCES)[number];

/** Milliseconds since the turn came in; null for what it never got to. */
const moment = z.number().nonnegative().nullable();

/**
 * One turn, as it is kept: facts about it, and nothing that anybody has said, no argument of a tool and no secret.
 * Unknown fields are kept: a newer version of this plugin may have written them.
 */
export const turnLogEntrySchema = z.looseObject({
  /** When the turn ended. */
  at: z.iso.datetime(),
  agentId: z.string(),
  /** OpenClaw's own key of the conversation, which may name a person or a group. */
  sessionKey: z.string(),
  /** `chat`, `heartbeat`, `schedule` or `subagent`. */
  purpose: z.string(),
  /** The Claude session that took it; null when there was none yet. */
  claudeSessionId: z.string().nullable(),
  session: z.enum(SESSION_SOURCES).nullable(),
  /** A profile's name, or `subscription`: where it was taken last. */
  endpoint: z.string().nullable(),
  /** As it was chosen; null: Claude Code's own default. */
  model: z.string().nullable(),
  outcome: z.enum(["completed", "cancelled", "failed"]),
  /** ACP's stop reason, where the prompt was answered. */
  stopReason: z.string().nullable(),
  /** The code of `docs/ERRORS.md` that it failed with. */
  error: z.string().nullable(),
  ms: z.object({
    /** It had its place: no earlier turn of the conversation was before it. */
    started: moment,
    sessionReady: moment,
    promptSent: moment,
    firstUpdate: moment,
    lastUpdate: moment,
    /** The turn was over. */
    result: z.number().nonnegative(),
  }),
  toolCalls: z.int().nonnegative(),
  usage: z
    .object({
      inputTokens: z.number(),
      outputTokens: z.number(),
      cacheReadTokens: z.number(),
      cacheWriteTokens: z.number(),
    })
    .nullable(),
  /** The numbers of `usage` were counted from the text. */
  usageEstimated: z.boolean(),
  /** US dollars of this turn; null when nobody knows. */
  costUsd: z.number().nonnegative().nullable(),
});

export type TurnLogEntry = z.infer<typeof turnLogEntrySchema>;

/** Null for a line that is no entry: one that was cut off, or that somebody spoilt. */
export function parseTurnLogLine(line: string): TurnLogEntry | null {
  try {
    return turnLogEntrySchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
