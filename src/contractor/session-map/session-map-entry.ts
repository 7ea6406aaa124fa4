import { z } from "zod";

export const SESSION_MAP_VERSION = 1;

const timestamp = z.iso.datetime();

/** Tokens of a session's completed turns. `estimated`: of some turn they were counted from the text, because its adapter told none. */
export const sessionUsageSchema = z.looseObject({
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  cacheReadTokens: z.number().nonnegative(),
  cacheWriteTokens: z.number().nonnegative(),
  estimated: z.boolean(),
});

/**
 * Why an entry is no longer active. `rewound`: OpenClaw's history was cut back. `rotated`: its context was full.
 * `lost`: its transcript is proven gone. `superseded`: OpenClaw began the conversation anew while nobody listened.
 * `moved`: the conversation goes on at another endpoint, and may come back.
 */
export const END_REASONS = [
  "reset",
  "deleted",
  "rewound",
  "adopted",
  "rotated",
  "lost",
  "superseded",
  "moved",
] as const;

/**
 * One OpenClaw conversation and the Claude session behind it.
 * Unknown fields are kept: a newer version of this plugin may have written them.
 */
export const sessionMapEntrySchema = z.looseObject({
  /** The OpenClaw session key as the host gave it, e.g. `agent:dev:main`. Never used as a file name. */
  openclawSessionKey: z.string().min(1),
  agentId: z.string().min(1),
  contractor: z.literal("claude"),
  /** The id that `session/resume` takes. Written only after the session's first completed turn. */
  claudeSessionId: z.string().min(1),
  /** Real path of the folder the session was created in; Claude Code looks transcripts up by it. */
  workspace: z.string().min(1),
  createdAt: timestamp,
  lastActivityAt: timestamp,
  state: z.enum(["active", "closed", "orphaned"]),
  /** Both absent while the entry is active. */
  endedAt: timestamp.optional(),
  endedBy: z.enum(END_REASONS).optional(),
  /** OpenClaw's own id of this life of the conversation (`lifecycleRevision`): another one after each reset. */
  lifecycle: z.string().min(1).optional(),
  /** Where Claude Code's transcript was seen after a completed turn. Absent: never seen, so its absence proves nothing. */
  transcript: z.string().min(1).optional(),
  /** What OpenClaw has of the conversation from before this belongs to a life that a person ended. */
  historyFrom: timestamp.optional(),
  /** True when the session began without the summary that it should have begun with, because its first message was a command. */
  seedPending: z.boolean().optional(),
  /** US dollars that the Claude session had cost after its latest turn, as its adapter told. */
  costUsd: z.number().nonnegative().optional(),
  /** Absent: nobody has counted. */
  usage: sessionUsageSchema.optional(),
  /** Tokens in the session's context after its latest turn, and how many fit, as its adapter told. */
  contextTokens: z.number().nonnegative().optional(),
  contextWindow: z.number().positive().optional(),
  /** The endpoint that serves the session: a profile's name, or `subscription`. Absent: whichever serves its next turn. */
  endpoint: z.string().min(1).optional(),
  /** The session's last turn before somebody else answered: what was said since it was not told. Absent: it knows all. */
  missedSince: timestamp.optional(),
  /** Completed turns in this Claude session. */
  turns: z.int().nonnegative().default(0),
});

export type SessionUsage = z.infer<typeof sessionUsageSchema>;
export type SessionMapEntry = z.infer<typeof sessionMapEntrySchema>;
export type EndReason = (typeof END_REASONS)[number];

/** See `SessionMapIncident`. */
const incidentSchema = z.looseObject({
  at: timestamp,
  movedTo: z.string(),
  problem: z.string(),
  restored: z.int().nonnegative(),
});

/** `{}` is a valid, empty map: a person may have emptied the file by hand. */
export const sessionMapFileSchema = z.looseObject({
  version: z.literal(SESSION_MAP_VERSION).default(SESSION_MAP_VERSION),
  sessions: z.array(sessionMapEntrySchema).default([]),
  incidents: z.array(incidentSchema).optional(),
});

export type SessionMapFile = z.infer<typeof sessionMapFileSchema>;
