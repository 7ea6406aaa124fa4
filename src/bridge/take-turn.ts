import { resolveContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { AcquiredSession } from "./acquire-claude-session.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";
import { openConversationRecord, type ConversationRecord, type RecordedTurn } from "./conversation-record.ts";
import { dispatchTurn, type PreparedPrompt } from "./dispatch-turn.ts";
import { summaryOfHistory } from "./history-seed.ts";
import {
  buildClaudeTurnPayload,
  isSlashCommand,
  withSummary,
  type ClaudeTurnPayload,
} from "./input-filter.ts";
import { normalizeClaudeError, normalizeClaudeResponse } from "./response-normalizer.ts";
import { noticesOf } from "./session-start.ts";
import { createTurnProjection, type TurnProjection } from "./turn-projection.ts";
import { createTurnSession, type TurnSession } from "./turn-session.ts";
import type { TurnObserver, TurnOutcome, TurnRequest } from "./turn.ts";

/** One turn that has its place in the queue, from top to bottom. Never rejects. */
export async function takeTurn(
  dependencies: BridgeDependencies,
  { request, observer }: { request: TurnRequest; observer: TurnObserver },
): Promise<TurnOutcome> {
  const projection = createTurnProjection((event) => {
    observer.onEvent(event);
  });
  if (request.signal.aborted) return { ...projection.record, kind: "cancelled" };
  let accepted = false;
  let record: ConversationRecord | undefined;
  let outcome: TurnOutcome;
  try {
    const metadata = resolveContractorAgentMetadata(dependencies.readConfig(), request.agentId);
    const payload = buildClaudeTurnPayload(request.message);
    const workspace = await dependencies.resolveWorkspace(metadata.workspace);
    record = await openConversationRecord({ dependencies, metadata, request, workspace });
    const conversation = conversationId(request);
    const session = createTurnSession({ dependencies, metadata, conversation, workspace }, request.signal);
    const onAccepted = (): void => {
      accepted = true;
    };
    outcome = await takeRecordedTurn({ request, observer, projection, payload, record, session, onAccepted });
  } catch (cause) {
    projection.finish();
    const error = unexpectedFailure(cause);
    outcome = normalizeClaudeError(projection.record, { error, accepted, acted: projection.acted });
  }
  await record?.close(outcome.kind);
  return outcome;
}

type RecordedTurnParts = {
  request: TurnRequest;
  observer: TurnObserver;
  projection: TurnProjection;
  payload: ClaudeTurnPayload;
  record: ConversationRecord;
  session: TurnSession;
  onAccepted: () => void;
};

async function takeRecordedTurn(turn: RecordedTurnParts): Promise<TurnOutcome> {
  const { request, observer, projection, record, session, onAccepted } = turn;
  let keepAt: number | null = null;
  try {
    const { plan } = record;
    const { signal } = request;
    const prepare = (acquired: AcquiredSession): Promise<PreparedPrompt> => preparePrompt(turn, acquired);
    const dispatched = await dispatchTurn({
      plan,
      session,
      prepare,
      onAccepted,
      observer,
      projection,
      signal,
    });
    projection.finish();
    if (dispatched.session === null) return { ...projection.record, kind: "cancelled" };
    const { outcome, notices, summaryOwed } = dispatched;
    const { loan } = dispatched.session;
    const normalized = normalizeClaudeResponse(projection.record, {
      outcome,
      notices,
      claudeSessionId: loan.session.sessionId,
      warm: loan.warm,
      slashCommand: isSlashCommand(request.message),
    });
    if (normalized.kind !== "completed") return normalized;
    const recorded = await record.completed(dispatched.session, { summaryOwed });
    if (!request.lastTurnOfProcess) keepAt = recorded.turns;
    return recorded.problem === undefined ? normalized : withProblem(normalized, recorded.problem);
  } finally {
    await session.release(keepAt);
  }
}

/** A session that begins in the middle of a conversation, and one that has not been told of it yet. */
function needsSummary({ fresh, continues }: AcquiredSession): boolean {
  return fresh !== undefined || continues?.seedPending === true;
}

async function preparePrompt(
  { request, record, payload }: RecordedTurnParts,
  session: AcquiredSession,
): Promise<PreparedPrompt> {
  const summary = needsSummary(session) ? await summaryFor(request, session) : undefined;
  const { interrupted } = record;
  const summaryOwed = summary !== undefined && isSlashCommand(request.message);
  const summarized = summary !== undefined && !summaryOwed;
  return {
    payload: withSummary(payload, summary),
    notices: noticesOf({ interrupted, fresh: session.fresh, summarized }),
    summaryOwed,
  };
}

async function summaryFor(
  { readHistory, message }: TurnRequest,
  { historyFrom }: AcquiredSession,
): Promise<string | undefined> {
  // Without a history there is nothing to tell, and the notice says so.
  const history = await readHistory().catch(() => []);
  const ofThisLife = history.filter(({ at }) => !isBefore(at, historyFrom));
  return summaryOfHistory(ofThisLife, message.text);
}

function isBefore(at: string | undefined, from: string | undefined): boolean {
  return at !== undefined && from !== undefined && Date.parse(at) < Date.parse(from);
}

/** The answer stands; that it could not be noted is told with it. */
function withProblem(
  outcome: TurnOutcome & { kind: "completed" },
  problem: NonNullable<RecordedTurn["problem"]>,
): TurnOutcome {
  const note = `_This conversation's Claude session could not be noted: ${problem.toParagraph()} It is tried again with the next message._`;
  return { ...outcome, text: `${outcome.text}\n\n${note}` };
}
