import type { SessionUpdate, ToolCall, ToolCallUpdate } from "@agentclientprotocol/sdk/unstable";
import { emptyTurnRecord, type ToolCallFact, type TurnEvent, type TurnRecord } from "./turn.ts";

/** What claude-agent-acp calls Claude Code's own compaction; it is the one tool that changes nothing but the context. */
const COMPACTION_TOOL = "compact";

/** Folds one turn's session updates into what people see (events) and what is kept (the record). */
export type TurnProjection = {
  apply(update: SessionUpdate): void;
  /** A paragraph of this plugin's own in front of what Claude says next. */
  announce(paragraph: string): void;
  /** Call when the turn is over, however it ended: reasoning that nothing followed is over, too. */
  finish(): void;
  readonly record: TurnRecord;
  /** Claude has said, thought or done anything: the turn must not be sent a second time. */
  readonly acted: boolean;
  /** Claude Code has tried to compact its context by itself. */
  readonly compacted: boolean;
};

type ToolUpdate = (ToolCall | ToolCallUpdate) & { _meta?: Record<string, unknown> | null };

export function createTurnProjection(emit: (event: TurnEvent) => void): TurnProjection {
  const record = emptyTurnRecord();
  const calls = new Map<string, ToolCallFact>();
  let paragraphBroken = false;
  let reasoningOpen = false;
  let spoken = false;

  function appendText(chunk: string): void {
    if (chunk === "") return;
    closeReasoning();
    // Text before and after a tool is two paragraphs of one answer.
    const delta = paragraphBroken && record.text !== "" ? `${paragraphGap()}${chunk.trimStart()}` : chunk;
    if (delta.trim() === "" && paragraphBroken) return;
    paragraphBroken = false;
    spoken = true;
    record.text += delta;
    emit({ type: "text", delta, text: record.text });
  }

  function paragraphGap(): string {
    return record.text === "" || record.text.endsWith("\n\n") ? "" : "\n\n";
  }

  function appendReasoning(chunk: string): void {
    if (chunk === "") return;
    reasoningOpen = true;
    record.reasoning += chunk;
    emit({ type: "reasoning", delta: chunk, text: record.reasoning });
  }

  function closeReasoning(): void {
    if (!reasoningOpen) return;
    reasoningOpen = false;
    emit({ type: "reasoning-end" });
  }

  function applyTool(update: ToolUpdate): void {
    closeReasoning();
    paragraphBroken = true;
    const known = calls.get(update.toolCallId);
    const call = mergeToolCall(known, update);
    calls.set(call.toolCallId, call);
    record.toolCalls = [...calls.values()];
    if (known === undefined) emit({ type: "tool-start", call });
    if (call.status !== "running" && (known === undefined || known.status === "running")) {
      emit({ type: "tool-end", call });
    }
  }

  function apply(update: SessionUpdate): void {
    switch (update.sessionUpdate) {
      case "agent_message_chunk":
        if (update.content.type === "text" && !isFromSubagent(update)) appendText(update.content.text);
        return;
      case "agent_thought_chunk":
        if (update.content.type === "text" && !isFromSubagent(update)) appendReasoning(update.content.text);
        return;
      case "tool_call":
      case "tool_call_update":
        applyTool(update);
        return;
      case "usage_update":
        // An empty frame never wipes what an earlier one said.
        record.contextTokens = update.used > 0 ? update.used : record.contextTokens;
        record.contextWindow = update.size > 0 ? update.size : record.contextWindow;
        if (update.cost?.currency === "USD") record.sessionCostUsd = update.cost.amount;
        return;
      default:
        return;
    }
  }

  return {
    apply,
    announce(paragraph) {
      const delta = `${paragraphGap()}${paragraph}\n\n`;
      record.text += delta;
      emit({ type: "text", delta, text: record.text });
    },
    finish: closeReasoning,
    record,
    get acted() {
      const worked = record.toolCalls.some(({ toolName }) => toolName !== COMPACTION_TOOL);
      return spoken || worked || record.reasoning !== "";
    },
    get compacted() {
      return record.toolCalls.some(({ toolName }) => toolName === COMPACTION_TOOL);
    },
  };
}

function mergeToolCall(known: ToolCallFact | undefined, update: ToolUpdate): ToolCallFact {
  const kind = update.kind ?? known?.kind ?? "other";
  return {
    toolCallId: update.toolCallId,
    kind,
    toolName: claudeMeta(update)["toolName"] ?? update.name ?? known?.toolName ?? kind,
    title: update.title ?? known?.title ?? kind,
    input: update.rawInput ?? known?.input,
    status: statusAfter(known?.status, update.status),
  };
}

/** A call that has ended stays so: a late "in progress" must not make it end a second time. */
function statusAfter(
  known: ToolCallFact["status"] | undefined,
  reported: ToolCallUpdate["status"],
): ToolCallFact["status"] {
  if (known === "completed" || known === "failed") return known;
  return reported === "completed" || reported === "failed" ? reported : "running";
}

/** A subagent's own words are its parent tool's business, not part of the answer. */
function isFromSubagent(update: { _meta?: Record<string, unknown> | null }): boolean {
  return claudeMeta(update)["parentToolUseId"] !== undefined;
}

/** Both adapters put Claude Code's own facts under `_meta.claudeCode`. */
function claudeMeta(update: { _meta?: Record<string, unknown> | null }): Record<string, string | undefined> {
  const meta = update._meta?.["claudeCode"];
  if (typeof meta !== "object" || meta === null) return {};
  return Object.fromEntries(Object.entries(meta).filter(([, value]) => typeof value === "string"));
}
