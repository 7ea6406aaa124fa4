import type { SessionUsage } from "../contractor/session-map/session-map-entry.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { CLI_ROOT } from "../config/identifiers.ts";
import type { HostCliContext } from "../openclaw/host-cli-context.ts";
import type { CommandResult } from "./contractor-command.ts";
import { ago, contextText, costText } from "../overview/quantities.ts";
import { failureText } from "./quantities.ts";
import { requireContractor } from "./require-contractor.ts";
import { seeOverview } from "./see-overview.ts";
import { liveText, sessionRows, sessionTable, stateText, type SessionRow } from "./session-rows.ts";
import { printable, renderFacts } from "./table.ts";
import { shellLineOf } from "../contractor/terminal-command.ts";

/** One conversation in full: its present Claude session, and those before it. */
export async function showConversation(
  context: HostCliContext,
  options: { agentId: string; sessionKey: string },
): Promise<CommandResult> {
  const key = await context.conversationKeyOf(options);
  const overview = await seeOverview(context, { agentId: key.agentId, ended: true });
  const rows = sessionRows(overview).filter(
    ({ agentId, openclawSessionKey }) =>
      agentId === key.agentId && openclawSessionKey === key.openclawSessionKey,
  );
  const [latest, ...earlier] = rows.sort((left, right) => Number(isOver(left)) - Number(isOver(right)));
  if (latest === undefined) throw unknownConversation(options);
  const transcript = await transcriptOf(context, latest);
  const conversation = { ...latest, transcript };
  const text = [
    renderFacts(factsOf(conversation, context.now())),
    ...(earlier.length === 0 ? [] : [`Earlier sessions:\n${sessionTable(earlier, context.now())}`]),
  ].join("\n\n");
  return { data: { conversation, earlier }, text };
}

function isOver({ state }: SessionRow): boolean {
  return state === "closed" || state === "orphaned";
}

/** Where Claude Code keeps it, as it was last seen. */
async function transcriptOf(context: HostCliContext, row: SessionRow): Promise<string | null> {
  const { workspace } = requireContractor(context, row.agentId);
  const entries = await context.openStore(workspace).list(row.agentId);
  const entry = entries.find(({ claudeSessionId }) => claudeSessionId === row.claudeSessionId);
  return entry?.transcript ?? null;
}

function factsOf(row: SessionRow & { transcript: string | null }, now: Date): [string, string][] {
  const facts: [string, string | null][] = [
    ["agent", row.agentId],
    ["conversation", row.openclawSessionKey],
    ["state", stateText(row)],
    ["live", liveText(row)],
    ["Claude session", row.claudeSessionId],
    ["turns", String(row.turns)],
    ["context", contextText(row)],
    ["cost", costText(row.costUsd)],
    ["tokens", row.usage && usageText(row.usage)],
    ["endpoint", row.endpoint],
    ["begun", row.createdAt && ago(row.createdAt, now)],
    ["last activity", row.lastActivityAt && ago(row.lastActivityAt, now)],
    ["last error", row.lastError && failureText(row.lastError, now)],
    ["workspace", row.workspace],
    ["transcript", row.transcript],
    ["open with", row.openWith && shellLineOf(row.openWith)],
  ];
  return facts.flatMap(([label, value]) => (value === null ? [] : [[label, printable(value)]]));
}

function usageText(usage: SessionUsage): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, estimated } = usage;
  const parts = [
    `${inputTokens.toLocaleString("en-US")} in`,
    `${outputTokens.toLocaleString("en-US")} out`,
    `${cacheReadTokens.toLocaleString("en-US")} read from the cache`,
    `${cacheWriteTokens.toLocaleString("en-US")} written to it`,
  ];
  return `${parts.join(", ")}${estimated ? " (estimated in part)" : ""}`;
}

function unknownConversation({
  agentId,
  sessionKey,
}: {
  agentId: string;
  sessionKey: string;
}): ContractorError {
  return new ContractorError("session-unknown", {
    message: `The contractor agent "${agentId}" has no conversation "${sessionKey}".`,
    mend: `Run \`openclaw ${CLI_ROOT} sessions --agent-id ${agentId}\` to see its conversations.`,
  });
}
