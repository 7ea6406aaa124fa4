import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { BeforeToolCall, RetryNotice } from "../acp/acp-adapter.ts";
import { createAnswerText } from "./answer-text.ts";
import { isApiRefusal } from "../errors/api-refusal.ts";
import { claudeMetaOf, limitResetOf } from "./claude-meta.ts";
import { createCompactions } from "./compactions.ts";
import { createRepeatedText } from "./repeated-text.ts";
import { createToolCalls } from "./tool-calls.ts";
import type { ToolUpdate } from "./tool-facts.ts";
import type { TurnActivity } from "./turn-clocks.ts";
import { planEntriesOf, samePlan } from "./turn-plan.ts";
import { sessionUsageAfter } from "./turn-usage.ts";
import {
  emptyTurnRecord,
  type ToolCallFact,
  type TurnEvent,
  type TurnOutcome,
  type TurnRecord,
} from "./turn.ts";

/** What claude-agent-acp calls Claude Code's own compaction; it changes nothing but the context. */
const COMPACTION_TOOL = "compact";
const PROGRESS_MS = 5_000;

/** Folds one turn's session updates into what people see (events) and what is kept (the record). */
export type TurnProjection = {
  apply(update: SessionUpdate): void;
  /** A paragraph of this plugin's own in front of what Claude says next. */
  announce(paragraph: string): void;
  /** A paragraph of this plugin's own after everything that Claude has said. */
  append(paragraph: string): void;
  /** True for an update that shows words of Claude's: what is to stand in front of them goes first. */
  speaks(update: SessionUpdate): boolean;
  /** The agent has answered the prompt: whatever it said was said by Claude. */
  answered(): void;
  /** Claude Code is about to run a tool: its input is complete. */
  begins(call: BeforeToolCall): void;
  /** A person or a policy refuses the call. */
  markRefused(toolCallId: string): void;
  retrying(notice: RetryNotice): void;
  /** Call now and then: tells of tools that have been running for some time. */
  beat(): void;
  /** What the session that answers had cost before the turn, in US dollars; undefined when nobody knows. */
  costsFrom(sessionCostUsd: number | undefined): void;
  /** Call when the turn is over, with how it ended: whatever was still open is over, too. */
  finish(kind: TurnOutcome["kind"]): void;
  readonly record: TurnRecord;
  /** Claude has said, thought or done anything: the turn must not be sent a second time. */
  readonly acted: boolean;
  /** Claude Code has tried to compact its context by itself. */
  readonly compacted: boolean;
  /** The call that was refused, when Claude has said and done nothing since. */
  readonly refusedLast: ToolCallFact | undefined;
  /** When the usage limit is over that Claude Code is close to or has met. */
  readonly limitResetAt: Date | undefined;
  readonly activity: TurnActivity;
};

export function createTurnProjection(
  emit: (event: TurnEvent) => void,
  { now = Date.now }: { now?: () => number } = {},
): TurnProjection {
  const record = emptyTurnRecord();
  const answer = createAnswerText();
  const repeatedReasoning = createRepeatedText();
  const compactions = createCompactions((phase) => {
    emit({ type: "compaction", phase });
  }, now);
  const calls = createToolCalls(onToolEvent, now);
  let reasoningOpen = false;
  let spoken = false;
  /** What may turn out to be the API's refusal, and no word of Claude's. */
  let suspect: { chunk: string; messageId: string | null | undefined } | undefined;
  let progressAt = -Infinity;
  let costBefore: number | undefined;
  let refusedLast: ToolCallFact | undefined;
  let limitResetAt: Date | undefined;
  let lastSign: string | undefined;

  function onToolEvent(event: Extract<TurnEvent, { call: ToolCallFact }>): void {
    const { call, type } = event;
    const same = refusedLast?.toolCallId === call.toolCallId;
    if (type === "tool-start" && !same) refusedLast = undefined;
    if (type === "tool-end") {
      lastSign = `the end of ${call.toolName}`;
      if (call.refused || same) refusedLast = call.refused ? call : undefined;
    }
    emit(event);
  }

  function tellText(delta: string): void {
    if (delta === "") return;
    record.text = answer.text;
    emit({ type: "text", delta, text: record.text });
  }

  function say(chunk: string, messageId: string | null | undefined): void {
    if (chunk === "") return;
    if (isSuspect(chunk)) {
      suspect = { chunk, messageId };
      return;
    }
    clearSuspect();
    closeReasoning();
    calls.announceHeld();
    lastSign = "writing";
    const delta = answer.say(chunk, messageId);
    if (delta === "") return;
    spoken = true;
    refusedLast = undefined;
    tellText(delta);
  }

  function isSuspect(chunk: string): boolean {
    return !spoken && suspect === undefined && isApiRefusal(chunk);
  }

  /** Claude goes on, so it was Claude who said it. */
  function clearSuspect(): void {
    if (suspect === undefined) return;
    const { chunk, messageId } = suspect;
    spoken = true;
    suspect = undefined;
    say(chunk, messageId);
  }

  function reason(chunk: string, messageId: string | null | undefined): void {
    const { text, apart } = repeatedReasoning.take(chunk, messageId);
    lastSign = "thinking";
    if (text === "") return;
    calls.announceHeld();
    reasoningOpen = true;
    const delta = apart ? `\n\n${text}` : text;
    record.reasoning += delta;
    emit({ type: "reasoning", delta, text: record.reasoning });
  }

  function closeReasoning(): void {
    if (!reasoningOpen) return;
    reasoningOpen = false;
    emit({ type: "reasoning-end" });
  }

  /** Whatever is said before and after is not one paragraph, and not one message. */
  function interrupt(): void {
    closeReasoning();
    answer.interrupt();
    repeatedReasoning.forget();
  }

  function applyTool(update: ToolUpdate): void {
    clearSuspect();
    interrupt();
    if (claudeMetaOf(update).toolName === COMPACTION_TOOL || compactions.isOne(update.toolCallId)) {
      applyCompaction(update.toolCallId, update.status === "completed" || update.status === "failed");
      return;
    }
    calls.apply(update);
    record.toolCalls = calls.list;
  }

  function applyCompaction(id: string, over: boolean): void {
    compactions.apply(id, over);
    lastSign = over ? "the end of a compaction" : "a compaction";
  }

  function applyPlan(update: Extract<SessionUpdate, { sessionUpdate: "plan" }>): void {
    interrupt();
    calls.announceHeld();
    lastSign = "planning";
    const entries = planEntriesOf(update.entries);
    if (samePlan(record.plan, entries)) return;
    record.plan = entries;
    emit({ type: "plan", entries });
  }

  function tellProgress(): void {
    if (now() - progressAt < PROGRESS_MS) return;
    progressAt = now();
    emit({ type: "progress" });
  }

  function apply(update: SessionUpdate): void {
    tellProgress();
    switch (update.sessionUpdate) {
      case "agent_message_chunk":
        if (update.content.type === "text" && !isFromSubagent(update))
          say(update.content.text, update.messageId);
        return;
      case "agent_thought_chunk":
        if (update.content.type === "text" && !isFromSubagent(update))
          reason(update.content.text, update.messageId);
        return;
      case "tool_call":
      case "tool_call_update":
        applyTool(update);
        return;
      case "plan":
        applyPlan(update);
        return;
      case "compaction_update":
        applyCompaction(update.compactionId, update.status !== "in_progress");
        return;
      case "usage_update":
        Object.assign(record, sessionUsageAfter(record, { update, costBefore }));
        limitResetAt = limitResetOf(update) ?? limitResetAt;
        return;
      default:
        return;
    }
  }

  function finish(kind: TurnOutcome["kind"]): void {
    closeReasoning();
    compactions.endAll();
    calls.end(kind);
    record.toolCalls = calls.list;
  }

  return {
    apply,
    announce(paragraph) {
      tellText(answer.announce(paragraph));
    },
    append(paragraph) {
      tellText(answer.append(paragraph));
    },
    speaks: (update) =>
      update.sessionUpdate === "agent_message_chunk" &&
      update.content.type === "text" &&
      update.content.text !== "" &&
      !isSuspect(update.content.text),
    answered: clearSuspect,
    begins(call) {
      calls.begins(call);
      record.toolCalls = calls.list;
    },
    markRefused(toolCallId) {
      calls.markRefused(toolCallId);
      record.toolCalls = calls.list;
      // claude-code-acp may end the turn without another word of the call.
      const call = record.toolCalls.find((known) => known.toolCallId === toolCallId);
      if (call !== undefined && call.status !== "completed") refusedLast = call;
    },
    retrying(notice) {
      lastSign = "a request that the endpoint refused";
      emit({ type: "retry", notice });
    },
    beat() {
      calls.beat();
    },
    costsFrom(sessionCostUsd) {
      costBefore = sessionCostUsd;
    },
    finish,
    record,
    get acted() {
      return spoken || record.toolCalls.length > 0 || record.reasoning !== "";
    },
    get compacted() {
      return compactions.any;
    },
    get refusedLast() {
      return refusedLast;
    },
    get limitResetAt() {
      return limitResetAt;
    },
    get activity() {
      return { running: runningOf(record.toolCalls, compactions.runningSince), lastSign };
    },
  };
}

function runningOf(calls: ToolCallFact[], compactingSince: number | undefined): TurnActivity["running"] {
  const call = calls.find(({ status }) => status === "running");
  if (call !== undefined) return { what: call.toolName, since: call.startedAt };
  return compactingSince === undefined ? undefined : { what: "a compaction", since: compactingSince };
}

/** A subagent's own words are its parent tool's business, not part of the answer. */
function isFromSubagent(update: { _meta?: Record<string, unknown> | null }): boolean {
  return claudeMetaOf(update).parentToolUseId !== undefined;
}
