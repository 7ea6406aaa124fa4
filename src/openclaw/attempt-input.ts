import { getSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import type { HistoryMessage, InboundMessage, TurnRequest } from "../bridge/turn.ts";
import type { TurnPurpose } from "../config/schema.ts";
import { attachmentsOf } from "./attempt-attachments.ts";
import { turnSettingsOf, type SessionEntry } from "./attempt-settings.ts";
import { awaitedTurn } from "./awaited-turns.ts";
import { readConversationHistory } from "./conversation-history.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import type { AttemptParams } from "./harness-types.ts";
import { NEVER_ABORTED } from "./never-aborted.ts";
import type { HostConfig } from "./plugin-config.ts";

/** The host's way to say that a turn may take as long as it likes. */
const UNLIMITED_MS = 2_147_000_000;

const ROOM_EVENT = "[OpenClaw room event]";
/** The host's rule for such messages names a tool that Claude Code lacks. */
const ROOM_EVENT_RULE =
  "(This was said in a room that you follow, not to you. Unless you have something useful to add, answer NO_REPLY and nothing else.)";

/** The host's prepared attempt as a turn of the bridge. Everything else the host prepared belongs to its own model loop. */
export async function turnRequestOf(
  params: AttemptParams,
  config: HostConfig,
  { nativeTools, openclawTools }: Pick<TurnRequest, "nativeTools" | "openclawTools">,
): Promise<TurnRequest> {
  const { agentId = "", sessionKey = "" } = params;
  const entry = sessionEntryOf(params);
  return {
    ...(sessionKey === ""
      ? { agentId, openclawSessionKey: "" }
      : conversationKeyOf({ config, agentId, sessionKey })),
    lifecycle: entry?.lifecycleRevision,
    readHistory: () => historyOf(params),
    message: await messageOf(params),
    instructions: params.extraSystemPrompt,
    settings: turnSettingsOf(params, entry),
    purpose: purposeOf(params),
    nativeTools,
    openclawTools,
    signal: params.abortSignal ?? NEVER_ABORTED,
    deadlineAt: deadlineOf(params, Date.now()),
    lastTurnOfProcess: params.oneShotCliRun ?? false,
  };
}

/** A client tells what was said before it came; where OpenClaw has an answer of its own, it knows better. */
async function historyOf(params: AttemptParams): Promise<HistoryMessage[]> {
  const told = awaitedTurn(params.runId)?.history ?? [];
  const kept = await readConversationHistory(params);
  return kept.some(({ role }) => role === "assistant") ? kept : [...told, ...kept];
}

function purposeOf({ trigger, sessionKey = "" }: AttemptParams): TurnPurpose {
  if (trigger === "heartbeat") return "heartbeat";
  if (trigger === "cron") return "schedule";
  return /^agent:[^:]+:subagent:/.test(sessionKey) ? "subagent" : "chat";
}

/**
 * The host says by kinds what it puts beside a message. Data about the chat goes along as such. Its instructions do not:
 * they are for its own loop and its tools (delivery, goals), with one exception that decides whether to answer at all.
 * What it wants done (a schedule, a heartbeat, a task's result) stands in the prompt itself.
 */
async function messageOf(params: AttemptParams): Promise<InboundMessage> {
  const { prompt, currentInboundContext: inbound, runtimeContextFragments = [], workspaceDir } = params;
  const fragments = [...(inbound?.fragments ?? []), ...runtimeContextFragments];
  const data = fragments.filter(({ kind, text }) => kind !== "runtime-instruction" && !prompt.includes(text));
  const isRoomEvent = fragments.some(
    ({ kind, text }) => kind === "runtime-instruction" && text === ROOM_EVENT,
  );
  const context = [
    // A host that tells no kinds tells the whole as text, and the bridge takes that apart.
    ...(inbound !== undefined && inbound.fragments === undefined ? [inbound.text] : []),
    ...data.map(({ text }) => text),
    ...tasksOf(params),
  ];
  return {
    text: isRoomEvent ? `${ROOM_EVENT_RULE}\n\n${prompt}` : prompt,
    context: context.length === 0 ? undefined : context.join("\n\n"),
    ...(await attachmentsOf({ ...params, workspaceDir, prompt })),
  };
}

/** What the host's own tasks came to, unless the prompt has it already. */
function tasksOf({ prompt, internalEvents = [] }: AttemptParams): string[] {
  return internalEvents
    .filter(({ result }) => !prompt.includes(result))
    .map(
      ({ taskLabel, statusLabel, result }) => `A task has ended: ${taskLabel} (${statusLabel})\n${result}`,
    );
}

function deadlineOf({ timeoutMs }: AttemptParams, now: number): number | undefined {
  return timeoutMs > 0 && timeoutMs < UNLIMITED_MS ? now + timeoutMs : undefined;
}

/** OpenClaw gives a conversation another revision at every reset, and keeps it when it compacts its own history. */
function sessionEntryOf({ agentId, sessionKey, sessionTarget }: AttemptParams): SessionEntry | undefined {
  if (sessionKey === undefined) return undefined;
  return getSessionEntry({
    sessionKey,
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionTarget?.storePath === undefined ? {} : { storePath: sessionTarget.storePath }),
  });
}
