import { setTimeout as delay } from "node:timers/promises";
import { endpointNameOf, type ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import type { TurnEnding } from "../contractor/open-turns.ts";
import type { EndReason, SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { AcquiredSession } from "./acquire-claude-session.ts";
import type { BridgeDependencies, UnrecordedSession } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";
import { planSession, type SessionPlan } from "./plan-session.ts";
import { usageAfter } from "./turn-usage.ts";
import type { TurnOutcome, TurnRecord, TurnRequest } from "./turn.ts";

/** For a new session; one that goes on is looked for once a turn until it is found. */
const TRANSCRIPT_LOOKS = 10;
const TRANSCRIPT_LOOK_MS = 25;

/** What is kept of a completed turn. */
export type RecordedTurn = {
  /** Turns that the session has taken now; null when another process reset the conversation meanwhile. */
  turns: number | null;
  /** Why the session could not be written into the map; it is tried again before the next turn. */
  problem?: ContractorError;
};

export type TurnFacts = {
  /** The session still lacks the summary it should have had. */
  summaryOwed: boolean;
  /** US dollars that the session has cost so far; undefined when the turn told nothing of it. */
  costUsd: number | undefined;
} & Pick<TurnRecord, "usage" | "usageEstimated" | "contextTokens" | "contextWindow">;

/** What this plugin remembers of a conversation, for one turn of it. */
export type ConversationRecord = {
  readonly plan: SessionPlan;
  /** The process of the turn before ended in the middle of it. */
  readonly interrupted: boolean;
  /** Only now is the session's id known to be resumable. */
  completed(session: AcquiredSession, facts: TurnFacts): Promise<RecordedTurn>;
  /** The turn is over, however it ended. */
  close(outcome: TurnOutcome): Promise<void>;
};

type Conversation = {
  dependencies: BridgeDependencies;
  metadata: ContractorAgentMetadata;
  request: TurnRequest;
  /** Real path. */
  workspace: string;
};

/**
 * Claims the conversation for a turn and reads what is known of it. A contractor of one-shot turns remembers nothing.
 * Errors: `session-busy` while another process is in a turn of it, and those of `SessionMapStore`.
 */
export async function openConversationRecord(conversation: Conversation): Promise<ConversationRecord> {
  const { dependencies, metadata, request } = conversation;
  if (metadata.mode === "oneshot") return NOTHING_KEPT;
  const { agentId, openclawSessionKey } = request;
  const key = { agentId, openclawSessionKey };
  const store = dependencies.openStore(metadata.workspace);
  const claim = await dependencies.openTurns(metadata.workspace).claim(key);
  let resumable = false;
  const endWith = (ended: "cancelled" | "failed"): TurnEnding => {
    // The notice waits for a turn that has an answer.
    if (claim.left === "interrupted") return { kind: "unrecorded", ended: "interrupted" };
    return resumable ? { kind: "settled" } : { kind: "unrecorded", ended };
  };
  try {
    await recordLate(dependencies, { store, id: conversationId(key) });
    const endpoint = endpointNameOf(metadata);
    const plan = await planSession(store, { key, request, left: claim.left, endpoint });
    resumable = plan.kind === "continue" || plan.replaces !== null;
    // What was interrupted in the life before a reset concerns nobody in this one.
    const ofThisLife = plan.kind === "continue" || plan.because !== undefined;
    return {
      plan,
      interrupted: claim.left === "interrupted" && ofThisLife,
      async completed(session, facts) {
        resumable = true;
        return recordTurn({ ...conversation, store, key }, { session, ...facts });
      },
      async close(outcome) {
        if (outcome.kind === "failed" && outcome.mayGoElsewhere) await noteMissed(store, plan);
        // A claim that cannot be removed costs the next answer a wrong notice, not this one its text.
        await claim
          .end(outcome.kind === "completed" ? { kind: "settled" } : endWith(outcome.kind))
          .catch(() => undefined);
      },
    };
  } catch (error) {
    await claim
      .end(claim.left === null ? { kind: "settled" } : { kind: "unrecorded", ended: claim.left })
      .catch(() => undefined);
    throw error;
  }
}

const NOTHING_KEPT: ConversationRecord = {
  plan: { kind: "begin", replaces: null, because: undefined, historyFrom: undefined },
  interrupted: false,
  completed: () => Promise.resolve({ turns: null }),
  close: () => Promise.resolve(),
};

/** OpenClaw may have another model answer: the session is told of that with its next turn. */
async function noteMissed(store: SessionMapStore, plan: SessionPlan): Promise<void> {
  if (plan.kind !== "continue" || plan.replaces !== null || plan.entry.missedSince !== undefined) return;
  const { claudeSessionId: expected, lastActivityAt: missedSince } = plan.entry;
  // Where it cannot be noted, Claude lacks an answer that the person has: no reason to hide why this turn failed.
  await store.install({ ...plan.entry, missedSince }, { expected, endedBy: "moved" }).catch(() => undefined);
}

async function recordTurn(
  conversation: Conversation & { store: SessionMapStore; key: ConversationKey },
  turn: TurnFacts & { session: AcquiredSession },
): Promise<RecordedTurn> {
  const { dependencies, store, key } = conversation;
  const { session } = turn;
  const { continues, replaces } = session;
  const entry = await entryAfterTurn(conversation, turn);
  // What was missed has been told: a touch cannot take a field away.
  if (continues !== null && replaces === null && continues.missedSince === entry.missedSince) {
    const {
      claudeSessionId,
      lastActivityAt: at,
      lifecycle,
      transcript,
      seedPending,
      costUsd,
      usage,
      contextTokens,
      contextWindow,
      endpoint,
    } = entry;
    const told = { costUsd, usage, contextTokens, contextWindow };
    const changes = { lifecycle, transcript, seedPending, ...told, endpoint };
    try {
      const noted = await store.touch({ key, claudeSessionId, at, changes });
      return { turns: noted ? entry.turns : null };
    } catch (cause) {
      return { turns: null, problem: unexpectedFailure(cause) };
    }
  }
  const unrecorded: UnrecordedSession = {
    entry,
    condition: {
      expected: (replaces ?? continues)?.claudeSessionId ?? null,
      endedBy: endReasonOf(session, entry),
    },
  };
  try {
    const installed = await store.install(entry, unrecorded.condition);
    return { turns: installed ? entry.turns : null };
  } catch (cause) {
    dependencies.unrecorded.set(conversationId(key), unrecorded);
    return { turns: entry.turns, problem: unexpectedFailure(cause) };
  }
}

/** Why the session ends that was the active one. */
function endReasonOf({ replaces, fresh }: AcquiredSession, { endpoint }: SessionMapEntry): EndReason {
  if (replaces?.endpoint !== undefined && replaces.endpoint !== endpoint) return "moved";
  return fresh === "lost" ? "lost" : "rotated";
}

/** Before anything else, so that a disk that was full for a while costs no conversation its session. */
async function recordLate(
  dependencies: BridgeDependencies,
  { store, id }: { store: SessionMapStore; id: string },
): Promise<void> {
  const late = dependencies.unrecorded.get(id);
  if (late === undefined) return;
  await store.install(late.entry, late.condition);
  dependencies.unrecorded.delete(id);
}

async function entryAfterTurn(
  { dependencies, metadata, request, workspace, key }: Conversation & { key: ConversationKey },
  turn: TurnFacts & { session: AcquiredSession },
): Promise<SessionMapEntry> {
  const { session, summaryOwed } = turn;
  const { continues } = session;
  const claudeSessionId = session.loan.session.sessionId;
  const { claudeConfigDir: configDir } = metadata;
  const timestamp = dependencies.now().toISOString();
  const looks = continues === null ? TRANSCRIPT_LOOKS : 1;
  const transcript =
    continues?.transcript ??
    (await writtenTranscript(dependencies, { claudeSessionId, workspace, configDir, looks }));
  const lifecycle = request.lifecycle ?? continues?.lifecycle;
  return {
    ...key,
    contractor: "claude",
    claudeSessionId,
    workspace,
    createdAt: continues?.createdAt ?? timestamp,
    lastActivityAt: timestamp,
    state: "active",
    turns: (continues?.turns ?? 0) + 1,
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(session.historyFrom === undefined ? {} : { historyFrom: session.historyFrom }),
    ...(transcript === null ? {} : { transcript }),
    ...toldOf(continues, turn),
    ...seedOf(continues, summaryOwed),
    endpoint: endpointNameOf(metadata),
  };
}

type Told = Pick<SessionMapEntry, "costUsd" | "usage" | "contextTokens" | "contextWindow">;

/** What is known of the session's cost and size after the turn; what the turn did not tell stays as it was. */
function toldOf(continues: SessionMapEntry | null, turn: TurnFacts): Told {
  const costUsd = turn.costUsd ?? continues?.costUsd;
  const usage = usageAfter(continues?.usage, turn);
  const contextTokens = turn.contextTokens ?? continues?.contextTokens;
  const contextWindow = turn.contextWindow ?? continues?.contextWindow;
  return {
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(usage === undefined ? {} : { usage }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  };
}

/** What the session is still to be told: everything before it, or what it missed. */
function seedOf(
  continues: SessionMapEntry | null,
  summaryOwed: boolean,
): Pick<SessionMapEntry, "seedPending" | "missedSince"> {
  const missedSince = continues?.missedSince;
  if (missedSince !== undefined) return summaryOwed ? { missedSince } : {};
  return summaryOwed || continues?.seedPending !== undefined ? { seedPending: summaryOwed } : {};
}

/**
 * Where the transcript is, once it is there: from then on its absence means something. claude-code-acp writes it some 50 ms
 * after the turn's end. Null when it is not found; the next turn looks again.
 */
async function writtenTranscript(
  dependencies: BridgeDependencies,
  sought: { claudeSessionId: string; workspace: string; configDir: string | undefined; looks: number },
): Promise<string | null> {
  const { claudeSessionId, looks, ...where } = sought;
  const found = await dependencies
    .findTranscript(claudeSessionId, { ...where, known: undefined })
    .catch(() => null);
  if (found !== null || looks === 1) return found;
  await delay(TRANSCRIPT_LOOK_MS);
  return writtenTranscript(dependencies, { ...sought, looks: looks - 1 });
}
