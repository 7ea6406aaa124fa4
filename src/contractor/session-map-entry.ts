import { z } from "zod";

export const SESSION_MAP_VERSION = 1;

const timestamp = z.iso.datetime();

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
  /** Completed turns in this Claude session. */
  turns: z.int().nonnegative().default(0),
});

export type SessionMapEntry = z.infer<typeof sessionMapEntrySchema>;
export type SessionMapState = SessionMapEntry["state"];

/** `{}` is a valid, empty map: a person may have emptied the file by hand. */
export const sessionMapFileSchema = z.looseObject({
  version: z.literal(SESSION_MAP_VERSION).default(SESSION_MAP_VERSION),
  sessions: z.array(sessionMapEntrySchema).default([]),
});

export type SessionMapFile = z.infer<typeof sessionMapFileSchema>;
