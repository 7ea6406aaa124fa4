import { isAbsolute } from "node:path";
import { z } from "zod";
import { ENDPOINT_NAME_PATTERN, endpointSchema } from "./endpoint-schema.ts";
import { messagesEndpointSchema } from "./messages-endpoint-schema.ts";
import { DEFAULT_OPENCLAW_TOOLS, OPENCLAW_TOOL_PATTERN } from "./openclaw-tools.ts";

const CONTRACTOR_KINDS = ["claude"] as const;
export const ADAPTER_NAMES = ["claude-agent-acp", "claude-code-acp"] as const;
export const MODES = ["persistent", "oneshot"] as const;
export const PERMISSION_MODES = ["ask", "accept-edits", "plan", "auto", "bypass"] as const;

/** OpenClaw's own grammar of agent ids (`openclaw agents add` refuses or rewrites anything else). */
export const AGENT_ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const absolutePath = z.string().refine((value) => isAbsolute(value), "must be an absolute path");

const endpointName = z.string().regex(ENDPOINT_NAME_PATTERN);

/** What a turn is for, as OpenClaw tells it. */
export const TURN_PURPOSES = ["chat", "heartbeat", "schedule", "subagent"] as const;

const routeSchema = z
  .strictObject({
    purpose: z.array(z.enum(TURN_PURPOSES)).min(1).optional().describe("What the turn is for."),
    minChars: z.int().min(0).optional().describe("The message has at least so many characters."),
    maxChars: z.int().min(0).optional().describe("The message has at most so many characters."),
    endpoint: endpointName.describe("Where such a turn runs: an endpoint profile, or subscription."),
    model: z.string().min(1).optional().describe("Its model there; without one, the profile's."),
  })
  .refine(({ purpose, minChars, maxChars }) => (purpose ?? minChars ?? maxChars) !== undefined, {
    message: "wants at least one of purpose, minChars and maxChars",
  })
  .describe(
    "A rule for turns that run elsewhere; all that it says must hold. The first one that holds counts.",
  );

const budgetAmountSchema = z.strictObject({
  usd: z.number().positive().optional().describe("US dollars, as Claude Code tells what its requests cost."),
  tokens: z
    .int()
    .positive()
    .optional()
    .describe("Tokens: input, output, and what is written to and read from the cache."),
});

export const budgetSchema = z
  .strictObject({
    turn: budgetAmountSchema.optional().describe("For each turn."),
    session: budgetAmountSchema.optional().describe("For a conversation, until /new or /reset."),
    day: budgetAmountSchema.optional().describe("For all of the agent's turns from midnight to midnight."),
    agent: budgetAmountSchema
      .optional()
      .describe("For all of the agent's turns since it was added, or since `budget reset`."),
  })
  .describe("What the agent may use; without it, as much as it wants.");

export const contractorSchema = z
  .strictObject({
    contractor: z.enum(CONTRACTOR_KINDS).describe("Which coding agent does the work."),
    workspace: absolutePath.describe("Absolute folder that the contractor works in."),
    mode: z
      .enum(MODES)
      .default("persistent")
      .describe("persistent: one Claude session per conversation. oneshot: a new session for each turn."),
    adapter: z
      .enum(ADAPTER_NAMES)
      .default("claude-agent-acp")
      .describe("The ACP adapter that runs Claude Code."),
    endpoint: endpointName
      .optional()
      .describe("Name of an endpoint profile; without one, the Claude login of the Gateway's user."),
    onLimit: z
      .union([z.literal("error"), z.array(endpointName).min(1).max(8)])
      .default("error")
      .describe(
        "What happens while the endpoint is at its limit or overloaded: error (OpenClaw's own model fallback takes over, where one is configured), or the endpoints that serve meanwhile, in this order; subscription stands for the Claude login.",
      ),
    routes: z
      .array(routeSchema)
      .max(16)
      .default([])
      .describe("Turns that run on another endpoint than the contractor's own, by size or purpose."),
    claudeConfigDir: absolutePath
      .optional()
      .describe(
        "Claude Code's own folder (settings, login, transcripts) for this contractor; without one, .claude in the home of the Gateway's user.",
      ),
    model: z.string().min(1).optional().describe("Claude model; without one, Claude Code's default."),
    claudeExecutable: absolutePath
      .optional()
      .describe("An installed claude to drive instead of the one that the adapter brings."),
    permissionMode: z
      .enum(PERMISSION_MODES)
      .default("ask")
      .describe(
        "What Claude Code may do without asking: ask (nothing but reading), accept-edits (also edit files), plan (nothing: it plans), auto (Claude Code judges), bypass (everything).",
      ),
    bypassAcknowledged: z
      .boolean()
      .default(false)
      .describe("Must be true for permissionMode bypass: nobody is asked about anything."),
    tools: z
      .array(z.string().regex(OPENCLAW_TOOL_PATTERN))
      .default([...DEFAULT_OPENCLAW_TOOLS])
      .describe(
        "OpenClaw's tools that Claude Code is offered: groups (messaging, sessions, agents, memory, automation, media, ui, nodes, web) and single tools by name. OpenClaw's own policy for the agent holds besides. An empty list: none.",
      ),
    mcpServers: z
      .array(z.string().min(1))
      .default([])
      .describe("Names of servers in OpenClaw's mcp.servers that Claude Code is given; none by default."),
    silenceMinutes: z
      .number()
      .min(1)
      .max(1440)
      .default(30)
      .describe(
        "Minutes without any sign of life after which a turn is ended; running tools and open questions do not count.",
      ),
    budget: budgetSchema.optional(),
  })
  .describe("One contractor agent.");

export const pluginConfigSchema = z.strictObject({
  contractors: z
    .record(z.string().regex(AGENT_ID_PATTERN), contractorSchema)
    .default({})
    .describe("Contractor agents by OpenClaw agent id."),
  endpoints: z.record(endpointName, endpointSchema).default({}).describe("Endpoint profiles by name."),
  idleMinutes: z
    .number()
    .min(0)
    .max(1440)
    .default(10)
    .describe(
      "Minutes that an idle conversation keeps its Claude process; its session is resumed after that.",
    ),
  maxLiveSessions: z
    .int()
    .min(1)
    .max(64)
    .default(6)
    .describe(
      "Claude sessions that may run at once, spare ones included. The least recently used idle one ends for another; when all are busy, a turn waits for two minutes at most.",
    ),
  maxMemoryMb: z
    .number()
    .min(256)
    .optional()
    .describe(
      "Resident memory in MB of all Claude processes together, above which idle ones end; half of the machine's without it.",
    ),
  spareSessions: z
    .int()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "1: a new Claude session of each contractor stands ready, so that a new conversation does not wait for a process. 0: none.",
    ),
  maxQueuedTurns: z
    .int()
    .min(0)
    .max(100)
    .default(8)
    .describe(
      "Messages of one conversation that may wait for its running turn; more are told that it is busy.",
    ),
  closedSessionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe("Days that a closed conversation's entry stays in the session map."),
  closedSessionsKept: z
    .int()
    .min(0)
    .max(100_000)
    .default(500)
    .describe("Closed entries kept in one session map at most; the oldest are dropped first."),
  messagesEndpoint: messagesEndpointSchema.prefault({}),
  sessionCatalog: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          "Show Claude Code's own sessions in the contractors' workspaces in the Control UI's sidebar.",
        ),
    })
    .prefault({})
    .describe("Claude Code's own sessions in OpenClaw's session catalogue."),
});

export type ContractorConfig = z.infer<typeof contractorSchema>;
export type RouteConfig = ContractorConfig["routes"][number];
export type TurnPurpose = (typeof TURN_PURPOSES)[number];
export type PluginConfig = z.infer<typeof pluginConfigSchema>;
export type BudgetConfig = z.infer<typeof budgetSchema>;
export type BudgetScope = keyof BudgetConfig;
export type BudgetUnit = keyof z.infer<typeof budgetAmountSchema>;
export type AdapterName = ContractorConfig["adapter"];
export type PermissionMode = ContractorConfig["permissionMode"];
export type ContractorMode = ContractorConfig["mode"];
