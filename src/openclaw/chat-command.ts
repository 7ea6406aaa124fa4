import type { ContractorClaudeBridge } from "../bridge/contractor-claude-bridge.ts";
import { BRIDGE_MODEL_REF, CLI_ROOT, PROVIDER_ID } from "../config/identifiers.ts";
import { modelRows } from "../config/model-rows.ts";
import { PERMISSION_MODES } from "../config/schema.ts";
import { limitSentence } from "../contractor/limit-in-words.ts";
import { endpointInWords } from "../contractor/metadata-resolver.ts";
import { usedOf } from "../contractor/spending/budget-words.ts";
import { CLAUDE_LOGIN } from "../config/endpoint-schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type {
  ContractorOverview,
  ConversationOverview,
  Overview,
  OverviewQuery,
} from "../overview/overview.ts";
import { contextText, costText, tokensText } from "../overview/quantities.ts";
import { CHAT_COMMAND } from "./chat-command-name.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import type { HostConfig } from "./plugin-config.ts";

export type ChatCommandSources = {
  readHostConfig: () => HostConfig;
  bridge: () => Pick<ContractorClaudeBridge, "resetConversation" | "interruptConversation">;
  overview: (query: OverviewQuery) => Promise<Overview>;
};

/** What a person typed behind the command's name, and in which conversation. */
export type ChatCommandRequest = { agentId: string; sessionKey: string; args: string };

/** What the command looks at: the contractor, and the conversation where it has had a turn. */
type Seen = { contractor: ContractorOverview; conversation: ConversationOverview | undefined; now: Date };

const VIEWS: Record<string, (seen: Seen) => string[]> = {
  status: (seen) => [...sessionLines(seen), ...settingLines(seen), ...budgetLines(seen), ...limitLines(seen)],
  cost: (seen) => [...costLines(seen), ...budgetLines(seen)],
  model: ({ contractor }) => [
    `Claude model: ${contractor.model ?? "the default of Claude Code"}.`,
    `Another one for this conversation: ${modelRows()
      .filter(({ id }) => `${PROVIDER_ID}/${id}` !== BRIDGE_MODEL_REF)
      .map(({ id }) => `\`/model ${PROVIDER_ID}/${id}\``)
      .join(", ")}. Back: \`/model ${BRIDGE_MODEL_REF}\`.`,
  ],
  mode: ({ contractor: { agentId, permissionMode } }) => [
    `Permission mode: ${permissionMode}.`,
    `The operator sets it with \`openclaw ${CLI_ROOT} set --agent-id ${agentId} permissionMode=<mode>\`: ${PERMISSION_MODES.join(", ")}.`,
  ],
};

const HELP = [
  `\`/${CHAT_COMMAND}\`: what this conversation's Claude session is and has used`,
  `\`/${CHAT_COMMAND} cost\`: what was used, and what the budget leaves`,
  `\`/${CHAT_COMMAND} model\`, \`/${CHAT_COMMAND} mode\`: what it runs with, and how that is changed`,
  `\`/${CHAT_COMMAND} stop\`: stops the turn that runs; the conversation goes on with the next message`,
  `\`/${CHAT_COMMAND} reset\`: the next message begins a new Claude session`,
  `\`/${CHAT_COMMAND} <command>\`: another command, of Claude Code's own`,
];

/**
 * Answers the chat command, with a failure too; null for words that are none of its own: Claude Code may know them. Who may
 * ask has been decided by OpenClaw.
 */
export async function answerChatCommand(
  sources: ChatCommandSources,
  request: ChatCommandRequest,
): Promise<string | null> {
  try {
    const lines = await linesFor(sources, request);
    return lines === null ? null : lines.join("\n");
  } catch (cause) {
    return unexpectedFailure(cause).toParagraph();
  }
}

async function linesFor(sources: ChatCommandSources, request: ChatCommandRequest): Promise<string[] | null> {
  const word = request.args.trim().toLowerCase();
  const key = conversationKeyOf({ config: sources.readHostConfig(), ...request });
  if (word === "reset") {
    const closed = await sources.bridge().resetConversation(key, "reset");
    return [
      closed === null
        ? "There is no Claude session to reset: the next message begins one."
        : `The next message begins a new Claude session. The earlier one was ${closed.claudeSessionId}.`,
    ];
  }
  if (word === "stop") {
    await sources.bridge().interruptConversation(key);
    return ["Nothing runs here now. The conversation goes on with the next message."];
  }
  if (word === "help") return HELP;
  const view = word === "" ? VIEWS["status"] : Object.entries(VIEWS).find(([name]) => name === word)?.[1];
  if (view === undefined) return null;
  const { at, contractors } = await sources.overview({ agentId: request.agentId });
  const [contractor] = contractors;
  if (contractor === undefined) throw contractorGone(request.agentId);
  const conversation = contractor.conversations.find(
    ({ openclawSessionKey }) => openclawSessionKey === key.openclawSessionKey,
  );
  return view({ contractor, conversation, now: new Date(at) });
}

function contractorGone(agentId: string): ContractorError {
  return new ContractorError("contractor-unknown", {
    message: `The agent "${agentId}" is not a contractor agent any more.`,
    mend: `See \`openclaw ${CLI_ROOT} list\`.`,
  });
}

function sessionLines({ contractor, conversation }: Seen): string[] {
  if (conversation?.claudeSessionId == null)
    return [`${contractor.agentId} is Claude Code. This conversation has no Claude session yet.`];
  const { claudeSessionId, turns, busy, warm, queued, lastError } = conversation;
  const doing = busy ? `in a turn${queued > 0 ? `, ${queued} waiting` : ""}` : warm ? "ready" : "at rest";
  return [
    `${contractor.agentId} is Claude Code, ${doing}.`,
    `Session ${claudeSessionId}: turns ${turns}, context ${contextText(conversation)}, cost ${costText(conversation.costUsd)}.`,
    ...(lastError === null ? [] : [`Last error: ${lastError.code}.`]),
  ];
}

function settingLines({ contractor, conversation }: Seen): string[] {
  const { model, permissionMode } = contractor;
  const endpoint = conversation?.endpoint ?? contractor.endpoint ?? CLAUDE_LOGIN;
  return [
    `Model: ${model ?? "the default of Claude Code"}. Permission mode: ${permissionMode}. Runs on: ${endpointInWords(endpoint)}.`,
  ];
}

function costLines({ contractor, conversation }: Seen): string[] {
  const { spent } = contractor;
  const usage = conversation?.usage ?? null;
  const tokens =
    usage === null
      ? ""
      : `, ${tokensText(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens)} tokens in, ${tokensText(usage.outputTokens)} out${usage.estimated ? " (estimated in part)" : ""}`;
  return [
    `This conversation: ${costText(conversation?.costUsd ?? null)}${tokens}.`,
    ...(spent === null
      ? []
      : [`${contractor.agentId} today: ${costText(spent.day.usd)}, ${tokensText(spent.day.tokens)} tokens.`]),
  ];
}

function budgetLines({ contractor: { budget } }: Seen): string[] {
  return budget.map(({ scope, unit, limit, used, renews }) => {
    const amount = usedOf({ unit, used: used ?? 0, limit });
    return `Budget of a${scope === "agent" ? "n" : ""} ${scope}: ${amount}${renews === "" ? "" : `, renews ${renews}`}.`;
  });
}

function limitLines({ contractor, now }: Seen): string[] {
  return contractor.limits.map((limit) => limitSentence(limit, now));
}
