import type {
  CreateElicitationRequest,
  CreateElicitationResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionUpdate,
  ToolCallUpdate,
} from "@agentclientprotocol/sdk/unstable";
import { z } from "zod";
import type { BeforeToolCall, BeforeToolCallVerdict, PromptRequest, RetryNotice } from "./acp-adapter.ts";
import type { BetweenTurns } from "./between-turns.ts";
import { orAborted } from "./or-aborted.ts";
import { CANCELLED, mergedCall, permissionRequestOf, responseTo } from "./permission-request.ts";
import { questionOf } from "./question-request.ts";
import { createRepeatFilter } from "./repeat-filter.ts";

export type TurnRouter = {
  /** A prompt was sent and has not settled. */
  readonly busy: boolean;
  /** The turn that runs and that the agent has taken up; only such a one can be steered. */
  readonly takenTurn: PromptRequest | null;
  /** What the agent does and asks belongs to this prompt from now on, or from the end of the turn that it is in. */
  begin: (request: PromptRequest) => void;
  /** The prompt has settled: what comes now belongs to nobody's turn. */
  end: () => void;
  /** The agent has taken the prompt up. */
  onPromptEcho: () => void;
  onRetry: (notice: RetryNotice) => void;
  onUpdate: (update: SessionUpdate) => void;
  onPermissionRequest: (
    request: RequestPermissionRequest,
    signal: AbortSignal,
  ) => Promise<RequestPermissionResponse>;
  onElicitation: (
    request: CreateElicitationRequest,
    signal: AbortSignal,
  ) => Promise<CreateElicitationResponse>;
  onBeforeToolCall: (call: BeforeToolCall, signal: AbortSignal) => Promise<BeforeToolCallVerdict>;
};

const NOT_OURS = "Refused before it began: no turn of the person's is running.";
const CANCELLED_TURN: BeforeToolCallVerdict = { allow: false, reason: "The turn is being cancelled." };

/** Of a `usage_update`: whose turn it sums up. Claude Code names the person's own `human` or `channel`. */
const origin = z.object({ "_claude/origin": z.object({ kind: z.string() }) });
const HUMAN_ORIGINS = ["human", "channel", "auto-continuation", "unclassified"];

/** A prompt that was sent. While the agent is in a turn of its own, it has not taken it up. */
type SentPrompt = { request: PromptRequest; isRepeat: (update: SessionUpdate) => boolean };

/** Routes what one connection's agent does and asks to the prompt that runs, and to `between` while none does. */
export function createTurnRouter(between: BetweenTurns): TurnRouter {
  let current: SentPrompt | null = null;
  /** What the agent has told of the running turn's tool calls, by id. */
  let calls = new Map<string, ToolCallUpdate>();

  function takenTurn(): PromptRequest | null {
    if (current === null || between.turnOpen) return null;
    return current.request;
  }

  /** Whom the agent may ask. */
  function liveTurn(): PromptRequest | null {
    const turn = takenTurn();
    return turn?.signal.aborted ? null : turn;
  }

  return {
    get busy() {
      return current !== null;
    },
    get takenTurn() {
      return takenTurn();
    },
    begin(request) {
      calls = new Map();
      current = { request, isRepeat: createRepeatFilter(request.text) };
    },
    end() {
      current = null;
      calls = new Map();
    },
    onPromptEcho() {
      if (current !== null) between.end();
    },
    onRetry(notice) {
      current?.request.onRetry(notice);
    },
    onUpdate(update) {
      rememberCall(calls, update);
      if (current === null || between.turnOpen) between.update(update);
      else if (!current.isRepeat(update)) current.request.onUpdate(update);
      // A turn of ours that waits for its own background work is summed up as that work's.
      if (endsOwnTurn(update)) between.end();
    },
    async onPermissionRequest(request, signal) {
      const turn = liveTurn();
      if (turn === null) return CANCELLED;
      const wanted = permissionRequestOf(request, calls.get(request.toolCall.toolCallId));
      const unwanted = AbortSignal.any([signal, turn.signal]);
      const answer = turn
        .onPermissionRequest(wanted, unwanted)
        .then((decision) => responseTo(decision, request.options));
      return orAborted(answer, { signal: unwanted, instead: CANCELLED });
    },
    async onElicitation(request, signal) {
      const turn = liveTurn();
      if (turn === null) return { action: "cancel" };
      const question = questionOf(request);
      if (question === null) return { action: "decline" };
      const unwanted = AbortSignal.any([signal, turn.signal]);
      return orAborted(turn.onQuestion(question, unwanted), {
        signal: unwanted,
        instead: { action: "cancel" },
      });
    },
    async onBeforeToolCall(call, signal) {
      const turn = liveTurn();
      if (turn === null) return { allow: false, reason: NOT_OURS };
      const unwanted = AbortSignal.any([signal, turn.signal]);
      return orAborted(turn.onBeforeToolCall(call, unwanted), { signal: unwanted, instead: CANCELLED_TURN });
    },
  };
}

function rememberCall(calls: Map<string, ToolCallUpdate>, update: SessionUpdate): void {
  if (update.sessionUpdate !== "tool_call" && update.sessionUpdate !== "tool_call_update") return;
  calls.set(update.toolCallId, mergedCall(calls.get(update.toolCallId), update));
}

function endsOwnTurn(update: SessionUpdate): boolean {
  if (update.sessionUpdate !== "usage_update") return false;
  const meta = origin.safeParse(update._meta);
  return meta.success && !HUMAN_ORIGINS.includes(meta.data["_claude/origin"].kind);
}
