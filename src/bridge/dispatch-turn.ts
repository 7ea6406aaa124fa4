import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { PromptOutcome } from "../acp/acp-adapter.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AcquiredSession } from "./acquire-claude-session.ts";
import type { ClaudeTurnPayload } from "./input-filter.ts";
import type { SessionPlan } from "./plan-session.ts";
import { COMPACTED_NOTICE } from "./session-start.ts";
import type { TurnProjection } from "./turn-projection.ts";
import type { TurnSession } from "./turn-session.ts";
import type { TurnObserver } from "./turn.ts";

/** What is sent, and what the person reads in front of the answer. */
export type PreparedPrompt = {
  payload: ClaudeTurnPayload;
  notices: string[];
  /** There was something to tell the session, but not in front of a slash command. */
  summaryOwed: boolean;
};

export type Dispatch = {
  plan: SessionPlan;
  session: TurnSession;
  /** A session that begins anew is told what was said before. */
  prepare: (session: AcquiredSession) => Promise<PreparedPrompt>;
  /** Called once, before the contractor is given anything. */
  onAccepted: () => void;
  observer: Pick<TurnObserver, "onPermissionRequest">;
  projection: TurnProjection;
  signal: AbortSignal;
};

export type Dispatched = {
  outcome: PromptOutcome;
  /** Null when the turn was cancelled before there was one. */
  session: AcquiredSession | null;
  /** Those that nothing was said after. */
  notices: string[];
  summaryOwed: boolean;
};

const CANCELLED: Dispatched = {
  outcome: { stopReason: "cancelled" },
  session: null,
  notices: [],
  summaryOwed: false,
};

/**
 * Sends the turn. When Claude's context is full and nothing has been done yet, room is made: the session is compacted,
 * and where that does not help, a new one takes its place. A turn that has shown any activity is never sent again.
 */
export async function dispatchTurn(turn: Dispatch): Promise<Dispatched> {
  const session = await turn.session.changeTo(turn.plan);
  if (session === null) return CANCELLED;
  try {
    turn.onAccepted();
    return await prompt(turn, { session, before: [] });
  } catch (failure) {
    if (!wasRefusedAsTooLong(turn, failure)) throw failure;
    if (session.continues === null) throw messageTooLong(failure);
    return makeRoom(turn, { kind: "continue", entry: session.continues });
  }
}

async function makeRoom(turn: Dispatch, plan: SessionPlan & { kind: "continue" }): Promise<Dispatched> {
  const { projection } = turn;
  const answered = projection.compacted ? null : await promptAfterCompaction(turn, plan);
  if (answered !== null) return answered;
  const { entry } = plan;
  const { historyFrom } = entry;
  const rotation = { kind: "begin", replaces: entry, because: "rotated", historyFrom } as const;
  const session = await turn.session.changeTo(rotation);
  if (session === null) return CANCELLED;
  return prompt(turn, { session, before: [] }).catch((failure: unknown) => {
    throw wasRefusedAsTooLong(turn, failure) ? messageTooLong(failure) : failure;
  });
}

/** Null when compaction did not help; then nothing has been done yet. */
async function promptAfterCompaction(turn: Dispatch, plan: SessionPlan): Promise<Dispatched | null> {
  // Whoever failed a turn is retired: its process is not used again, the conversation is resumed.
  const session = await turn.session.changeTo(plan);
  if (session === null) return CANCELLED;
  // Its transcript has vanished meanwhile: a new session is as empty as it gets.
  if (session.continues === null) return prompt(turn, { session, before: [] });
  try {
    const { stopReason } = await session.loan.session.prompt({
      text: "/compact",
      images: [],
      signal: turn.signal,
      onUpdate: () => undefined,
      onPermissionRequest: () => Promise.resolve(null),
    });
    if (stopReason === "cancelled") return { ...CANCELLED, session };
    return await prompt(turn, { session, before: [COMPACTED_NOTICE] });
  } catch (failure) {
    if (wasRefusedAsTooLong(turn, failure)) return null;
    throw failure;
  }
}

async function prompt(
  { prepare, observer, projection, signal }: Dispatch,
  { session, before }: { session: AcquiredSession; before: string[] },
): Promise<Dispatched> {
  const { payload, notices, summaryOwed } = await prepare(session);
  const unsaid = [...notices, ...before];
  const outcome = await session.loan.session.prompt({
    ...payload,
    signal,
    onUpdate(update) {
      // A prompt that is refused has nothing to announce: the notices wait for the first word of the answer.
      if (speaks(update)) for (const notice of unsaid.splice(0)) projection.announce(notice);
      projection.apply(update);
    },
    onPermissionRequest: (permission, asked) => observer.onPermissionRequest(permission, asked),
  });
  return { outcome, session, notices: unsaid, summaryOwed };
}

function speaks(update: SessionUpdate): boolean {
  return (
    update.sessionUpdate === "agent_message_chunk" &&
    update.content.type === "text" &&
    update.content.text !== ""
  );
}

function wasRefusedAsTooLong({ projection }: Dispatch, failure: unknown): failure is ContractorError {
  return ContractorError.isInstance(failure) && failure.code === "agent-overflow" && !projection.acted;
}

function messageTooLong(failure: ContractorError): ContractorError {
  return new ContractorError("agent-overflow", {
    message: "The message is too long for Claude's context, even in a new session.",
    mend: "Send a shorter one, or put the text into a file in the workspace.",
    cause: failure,
  });
}
