import { z } from "zod";
import { END_REASONS, sessionUsageSchema } from "../contractor/session-map/session-map-entry.ts";
import { budgetRowSchema } from "../contractor/spending/budget-report.ts";
import { LIMIT_CODES } from "../errors/api-refusal.ts";
import { ERROR_CODES } from "../errors/error-codes.ts";

const timestamp = z.iso.datetime();
const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** What may be left out of an overview. Without `ended`, conversations that are over are. */
export const overviewQuerySchema = z.strictObject({
  agentId: z.string().min(1).optional(),
  ended: z.boolean().optional(),
});

const failureSchema = z.object({
  code: z.enum(ERROR_CODES),
  at: timestamp,
  openclawSessionKey: z.string(),
});

const liveTurnSchema = z.object({
  startedAt: timestamp,
  /** Those that run. Titles are short and clean, and may name files and commands. `kind`: ACP's kind of tool. */
  tools: z.array(z.object({ title: z.string(), kind: z.string(), startedAt: timestamp })),
});

const conversationOverviewSchema = z.object({
  openclawSessionKey: z.string(),
  /** Null while the first turn runs: a session has an id that lasts once its first turn is completed. */
  claudeSessionId: z.string().nullable(),
  /** `new`: it has no session yet. */
  state: z.enum(["new", "active", "closed", "orphaned"]),
  /** Real path of the folder that the session was created in. */
  workspace: z.string(),
  createdAt: timestamp.nullable(),
  lastActivityAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  endedBy: z.enum(END_REASONS).nullable(),
  /** The endpoint that serves the session; null: whichever serves its next turn. */
  endpoint: z.string().nullable(),
  /** Completed ones of this session. */
  turns: count,
  usage: sessionUsageSchema.nullable(),
  /** US dollars of the session. */
  costUsd: amount.nullable(),
  /** Tokens in the session's context, and how many fit; null where nobody has told. */
  contextTokens: amount.nullable(),
  contextWindow: amount.nullable(),
  /** It has a live Claude process. */
  warm: z.boolean(),
  /** A turn runs. */
  busy: z.boolean(),
  /** Messages that wait for the turn that runs. */
  queued: count,
  /** Null: none runs. */
  turn: liveTurnSchema.nullable(),
  lastError: failureSchema.nullable(),
});

const tallySchema = z.object({ usd: amount, tokens: amount, turns: count });

const contractorOverviewSchema = z.object({
  agentId: z.string(),
  contractor: z.string(),
  workspace: z.string(),
  adapter: z.string(),
  /** Name of its endpoint profile; null: the Claude login. */
  endpoint: z.string().nullable(),
  /** Claude model; null: the default of Claude Code or of the profile. */
  model: z.string().nullable(),
  mode: z.string(),
  permissionMode: z.string(),
  /** Conversations with a live process, and those in a turn; messages that wait. */
  warm: count,
  busy: count,
  queued: count,
  /** A new session stands ready for the next new conversation. */
  spare: z.boolean(),
  /** Endpoints of its own that take no requests at present. */
  limits: z.array(
    z.object({
      endpoint: z.string(),
      code: z.enum(LIMIT_CODES),
      since: timestamp,
      until: timestamp,
      told: z.boolean(),
    }),
  ),
  /** Each limit of its budget, and what is used of it. */
  budget: z.array(budgetRowSchema),
  /** All that it has used today and since `since`; null when that cannot be read. */
  spent: z.object({ day: tallySchema, agent: tallySchema, since: timestamp.nullable() }).nullable(),
  /** Null: none since the Gateway was started. */
  lastError: failureSchema.nullable(),
  /** Why its conversations cannot be read. */
  problem: z.object({ code: z.enum(ERROR_CODES), message: z.string(), mend: z.string() }).nullable(),
  /** Latest activity first. */
  conversations: z.array(conversationOverviewSchema),
});

/** What is running, what it costs and what is wrong, at one moment. */
export const overviewSchema = z.object({
  at: timestamp,
  /** Null where no Gateway was asked: then nothing is warm or busy, and no failures are known. */
  pool: z.object({ liveSessions: count, maxLiveSessions: count, spareSessions: count }).nullable(),
  contractors: z.array(contractorOverviewSchema),
});

export type OverviewQuery = z.infer<typeof overviewQuerySchema>;
export type ConversationOverview = z.infer<typeof conversationOverviewSchema>;
export type ContractorOverview = z.infer<typeof contractorOverviewSchema>;
export type Overview = z.infer<typeof overviewSchema>;
