import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { AgentSession, PromptOutcome, SessionSettings } from "../acp/acp-adapter.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AcquiredSession } from "./acquire-claude-session.ts";
import type { SessionPlan } from "./plan-session.ts";
import type { PreparePrompt } from "./prepare-prompt.ts";
import { ASK_NOBODY, type PromptCallbacks } from "./prompt-callbacks.ts";
import { COMPACTED_NOTICE, unsupportedNotices } from "./session-start.ts";
import type { TurnClocks } from "./turn-clocks.ts";
import type { TurnProjection } from "./turn-projection.ts";
import type { TurnSession } from "./turn-session.ts";
import type { OfferedTools } from "./turn.ts";

export type Dispatch = {
  plan: SessionPlan;
  session: TurnSession;
  /** The message itself is to make room: where that fails, nothing else is tried. */
  isCompaction: boolean;
  prepare: PreparePrompt;
  settings: SessionSettings;
  /** Called when the session is there that is to get the prompt. */
  onSession: (session: AcquiredSession) => void;
  /** Called before the contractor is given anything. */
  onAccepted: () => void;
  /** Called when a session has been given the prompt. */
  onPrompted: (session: AcquiredSession) => void;
  /** Hears every update after the projection; what was used also when the turn is being cancelled. */
  onUpdate: (update: SessionUpdate) => void;
  callbacksFor: (session: AcquiredSession) => PromptCallbacks;
  openclawTools: OfferedTools | null;
  projection: TurnProjection;
  clocks: TurnClocks;
  signal: AbortSignal;
};

export type Dispatched = {
  outcome: PromptOutcome;
  /** Null when the turn was cancelled before there was one. */
  session: AcquiredSession | null;
  /** What was sent; undefined when nothing was. */
  prompt: string | undefined;
  /** Those that nothing was said after. */
  notices: string[];
  summaryOwed: boolean;
};

const CANCELLED: Dispatched = {
  outcome: { stopReason: "cancelled" },
  session: null,
  prompt: undefined,
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
    return await prompt(turn, { session, before: [] });
  } catch (failure) {
    if (!wasRefusedAsTooLong(turn, failure) || turn.isCompaction) throw failure;
    const { continues: entry, replaces } = session;
    if (entry === null) throw messageTooLong(failure);
    return makeRoom(turn, { kind: "continue", entry, replaces });
  }
}

async function makeRoom(turn: Dispatch, plan: SessionPlan & { kind: "continue" }): Promise<Dispatched> {
  const { projection } = turn;
  const answered = projection.compacted ? null : await promptAfterCompaction(turn, plan);
  if (answered !== null) return answered;
  const { historyFrom } = plan.entry;
  const replaces = plan.replaces ?? plan.entry;
  const rotation = { kind: "begin", replaces, because: "rotated", historyFrom } as const;
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
    const { stopReason } = await compact(turn, session.loan.session);
    if (stopReason === "cancelled") return { ...CANCELLED, session };
    return await prompt(turn, { session, before: [COMPACTED_NOTICE] });
  } catch (failure) {
    if (wasRefusedAsTooLong(turn, failure)) return null;
    throw failure;
  }
}

/** Nothing may be heard of it until it is done. */
function compact({ clocks, signal }: Dispatch, session: AgentSession): Promise<PromptOutcome> {
  const request = { text: "/compact", images: [], signal, onUpdate: () => undefined, ...ASK_NOBODY };
  return clocks.pausedWhile(() => session.prompt(request), "a compaction");
}

async function prompt(
  turn: Dispatch,
  { session, before }: { session: AcquiredSession; before: string[] },
): Promise<Dispatched> {
  const { projection, clocks, signal } = turn;
  const live = session.loan.session;
  turn.onSession(session);
  // What Claude does of its own accord would be taken for a part of this answer.
  await live.quiet(signal);
  const { unsupported } = await live.configure(turn.settings);
  const { payload, notices, summaryOwed, costBefore } = await turn.prepare(session);
  projection.costsFrom(costBefore);
  const unsaid = [...notices, ...before, ...unsupportedNotices(session.loan.memory, unsupported)];
  turn.onAccepted();
  const answer = live.prompt({
    ...payload,
    openclawTools: turn.openclawTools,
    signal,
    onUpdate(update) {
      clocks.alive();
      // Whoever has cancelled a turn wants to hear no more of it than what it has cost; adapters go on for a moment.
      if (signal.aborted && update.sessionUpdate !== "usage_update") return;
      // A prompt that is refused has nothing to announce: the notices wait for the first word of the answer.
      if (projection.speaks(update)) for (const notice of unsaid.splice(0)) projection.announce(notice);
      projection.apply(update);
      turn.onUpdate(update);
    },
    ...turn.callbacksFor(session),
  });
  turn.onPrompted(session);
  const outcome = await answer;
  projection.answered();
  return { outcome, session, prompt: payload.text, notices: unsaid, summaryOwed };
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
