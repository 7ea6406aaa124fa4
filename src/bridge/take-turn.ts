import type { AgentSession, SessionSettings } from "../acp/acp-adapter.ts";
import { endpointNameOf, type ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { claudeModeOf } from "../contractor/permission-mode.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";
import { openConversationRecord, type ConversationRecord } from "./conversation-record.ts";
import { dispatchTurn, type Dispatch } from "./dispatch-turn.ts";
import { buildClaudeTurnPayload, isSlashCommand } from "./input-filter.ts";
import { prepareInbound } from "./prepare-inbound.ts";
import { createPromptPreparation } from "./prepare-prompt.ts";
import { promptCallbacks } from "./prompt-callbacks.ts";
import { endingOf, normalizeClaudeError, normalizeClaudeResponse } from "./response-normalizer.ts";
import { lifeOf, openTurnBudget, type TurnBudget } from "./turn-budget.ts";
import { createTurnProjection, type TurnProjection } from "./turn-projection.ts";
import type { Service } from "./turn-service.ts";
import { createTurnSession, type TurnSession } from "./turn-session.ts";
import type { TurnTimeline } from "./turn-timeline.ts";
import { watchTurn, type TurnWatch } from "./turn-watch.ts";
import type { InboundMessage, TurnObserver, TurnOutcome, TurnRequest } from "./turn.ts";

/** One turn at one endpoint, from top to bottom. Never rejects. */
export async function takeTurn(
  dependencies: BridgeDependencies,
  turn: { request: TurnRequest; observer: TurnObserver; service: Service; timeline: TurnTimeline },
): Promise<TurnOutcome> {
  const { request, observer, service, timeline } = turn;
  const { metadata } = service;
  const projection = createTurnProjection((event) => {
    observer.onEvent(event);
  });
  if (request.signal.aborted) return { ...projection.record, kind: "cancelled" };
  const progress: TurnProgress = { accepted: false, over: false };
  let record: ConversationRecord | undefined;
  let budget: TurnBudget | undefined;
  let outcome: TurnOutcome;
  try {
    // A mode that may not be, and a message that says nothing, start no process.
    const settings = settingsFor(dependencies, { request, metadata });
    timeline.takenAt({ endpoint: endpointNameOf(metadata), model: settings.model ?? metadata.model ?? null });
    buildClaudeTurnPayload(request.message);
    budget = openTurnBudget({
      ...{ dependencies, metadata, record: projection.record },
      request: { ...request, text: request.message.text },
    });
    const workspace = await dependencies.resolveWorkspace(metadata.workspace);
    record = await openConversationRecord({ dependencies, metadata, request, workspace });
    await budget.admit(lifeOf(record.plan, { ...request, mode: metadata.mode }));
    const { silenceMinutes } = metadata;
    const { signal, deadlineAt } = request;
    const watch = watchTurn({ signal, silenceMinutes, deadlineAt, projection });
    budget.onExceeded(watch.end);
    const { agentId, openclawSessionKey, nativeTools } = request;
    const openclawTools = request.openclawTools?.list ?? null;
    const key = { agentId, openclawSessionKey };
    const session = createTurnSession({
      ...{ dependencies, metadata, key, workspace, nativeTools, openclawTools },
      signal: watch.signal,
      onWaiting: (busy) => {
        observer.onEvent({ type: "waiting", busy });
      },
    });
    outcome = await takeRecordedTurn({
      ...{ dependencies, request, observer, service, settings, workspace },
      ...{ projection, progress, record, budget, session, watch, timeline },
    });
  } catch (cause) {
    projection.finish("failed");
    const error = unexpectedFailure(cause);
    const { acted, limitResetAt } = projection;
    const { accepted } = progress;
    outcome = normalizeClaudeError(projection.record, { error, accepted, acted, limitResetAt });
  }
  await record?.close(outcome);
  await budget?.close(outcome);
  return outcome;
}

/** What a person chose by `/model` is a model of the contractor's own endpoint. */
function settingsFor(
  { uid }: BridgeDependencies,
  { request, metadata }: { request: TurnRequest; metadata: ContractorAgentMetadata },
): SessionSettings {
  const settings = { mode: claudeModeOf({ ...metadata, uid }), ...request.settings };
  const isHome = endpointNameOf(metadata) === metadata.homeEndpoint;
  return isHome ? settings : { ...settings, model: null };
}

const COMPACTION = /^\/compact(?:\s|$)/;

type TurnProgress = {
  accepted: boolean;
  /** Another turn of the conversation may run: what comes now is not for this one. */
  over: boolean;
};

type RecordedTurnParts = {
  dependencies: BridgeDependencies;
  request: TurnRequest;
  observer: TurnObserver;
  service: Service;
  settings: SessionSettings;
  workspace: string;
  projection: TurnProjection;
  progress: TurnProgress;
  record: ConversationRecord;
  budget: TurnBudget;
  session: TurnSession;
  watch: TurnWatch;
  timeline: TurnTimeline;
};

async function takeRecordedTurn(turn: RecordedTurnParts): Promise<TurnOutcome> {
  const { request, projection, progress, record, budget, session, watch, timeline } = turn;
  let keepAt: number | null = null;
  try {
    const dispatched = await dispatchTurn(dispatchOf(turn));
    budget.told(dispatched.outcome);
    timeline.answered(dispatched.outcome.stopReason);
    watch.throwIfFired();
    if (dispatched.session === null) return cancelled(projection);
    const { outcome, prompt, summaryOwed } = dispatched;
    const { loan } = dispatched.session;
    const slashCommand = isSlashCommand(request.message);
    const notes = outcome.stopReason === "cancelled" ? [] : budget.closingNotes(prompt);
    for (const paragraph of [...endingOf(projection, { ...dispatched, slashCommand }), ...notes])
      projection.append(paragraph);
    projection.finish(outcome.stopReason === "cancelled" ? "cancelled" : "completed");
    loan.memory.costUsd = projection.record.sessionCostUsd ?? loan.memory.costUsd;
    const { sessionId: claudeSessionId } = loan.session;
    const settled = { outcome, claudeSessionId, warm: loan.warm, prompt };
    const normalized = normalizeClaudeResponse(projection.record, settled);
    if (normalized.kind !== "completed") return normalized;
    const recorded = await record.completed(dispatched.session, {
      summaryOwed,
      costUsd: normalized.sessionCostUsd,
      usage: normalized.usage,
      usageEstimated: normalized.usageEstimated,
      contextTokens: normalized.contextTokens,
      contextWindow: normalized.contextWindow,
    });
    if (!request.lastTurnOfProcess) keepAt = recorded.turns;
    if (recorded.problem === undefined) return normalized;
    projection.append(problemNote(recorded.problem));
    return { ...normalized, text: projection.record.text };
  } finally {
    progress.over = true;
    watch.clocks.stop();
    await session.release(keepAt);
  }
}

function cancelled(projection: TurnProjection): TurnOutcome {
  projection.finish("cancelled");
  return { ...projection.record, kind: "cancelled" };
}

function dispatchOf(turn: RecordedTurnParts): Dispatch {
  const { dependencies, request, observer, service, settings, workspace } = turn;
  const { projection, progress, record, budget, session, watch, timeline } = turn;
  const { clocks, signal } = watch;
  const { grants, seenCosts } = dependencies;
  return {
    plan: record.plan,
    isCompaction: COMPACTION.test(buildClaudeTurnPayload(request.message).text),
    ...{ session, settings, projection, clocks, signal },
    openclawTools: request.openclawTools,
    prepare: createPromptPreparation({
      ...{ request, workspace, interrupted: record.interrupted, seenCosts },
      service: { ...service, now: dependencies.now() },
    }),
    onAccepted() {
      progress.accepted = true;
    },
    onUpdate(update) {
      timeline.updated();
      budget.heard(update);
    },
    onSession({ loan, source }) {
      timeline.sessionReady({ claudeSessionId: loan.session.sessionId, source });
    },
    onPrompted({ loan, continues }) {
      timeline.promptSent();
      budget.prompted(loan.session.sessionId, continues === null);
      observer.onSteerable((message) =>
        steer(loan.session, { message, workspace, isOver: () => progress.over }),
      );
    },
    callbacksFor: ({ loan }) =>
      promptCallbacks({
        ...{ observer, projection, clocks, grants },
        conversation: conversationId(request),
        claudeSessionId: loan.session.sessionId,
      }),
  };
}

/** Gives the running turn another message, as it would be sent by itself; a command wants a turn of its own. */
async function steer(
  session: AgentSession,
  turn: { message: InboundMessage; workspace: string; isOver: () => boolean },
): Promise<boolean> {
  const { message, workspace, isOver } = turn;
  const { images, steering } = session.capabilities;
  if (isOver() || !steering || isSlashCommand(message)) return false;
  const payload = await prepareInbound(message, { workspace, images });
  // Files may have taken their time.
  return isOver() ? false : session.steer(payload);
}

/** The answer stands; that it could not be noted is told with it. */
function problemNote(problem: ContractorError): string {
  return `_This conversation's Claude session could not be noted: ${problem.toParagraph()} It is tried again with the next message._`;
}
