import type { ToolCallUpdate } from "@agentclientprotocol/sdk/unstable";
import type { BeforeToolCall } from "../acp/acp-adapter.ts";
import { claudeMetaOf } from "./claude-meta.ts";
import {
  isEmptyInput,
  isRefusal,
  responseOf,
  toolNameOf,
  toolOutputOf,
  toolTitleOf,
  type ToolUpdate,
} from "./tool-facts.ts";
import type { ToolCallFact, TurnEvent, TurnOutcome } from "./turn.ts";

/** How often a running tool is told of at most. */
const BEAT_MS = 10_000;

type ToolEvent = Extract<TurnEvent, { call: ToolCallFact }>;

/** The tool calls of one turn: each begins once and ends once, whatever the adapter repeats. */
export type ToolCalls = {
  readonly list: ToolCallFact[];
  apply(update: ToolUpdate): void;
  /** Claude Code is about to run it: its input is complete. Calls that the adapter does not show are ignored. */
  begins(call: BeforeToolCall): void;
  /** A person or a policy has refused it; the adapter tells its end later. */
  markRefused(toolCallId: string): void;
  /** Tells of calls whose input was still being written when they were announced. */
  announceHeld(): void;
  /** Tells of those that have been running for some time. */
  beat(): void;
  /** The turn is over: nothing runs any more. */
  end(kind: TurnOutcome["kind"]): void;
};

type Known = {
  call: ToolCallFact;
  told: boolean;
  beatAt: number;
  response: string | undefined;
  /** What it was really given: later updates may still tell of what Claude wrote. */
  input?: unknown;
};

export function createToolCalls(emit: (event: ToolEvent) => void, now: () => number): ToolCalls {
  const known = new Map<string, Known>();
  const refused = new Set<string>();

  function tellStart(entry: Known): void {
    if (entry.told) return;
    entry.told = true;
    emit({ type: "tool-start", call: entry.call });
  }

  function end(entry: Known, ending: Pick<ToolCallFact, "status" | "output" | "refused">): void {
    tellStart(entry);
    entry.call = { ...entry.call, ...ending, endedAt: now() };
    emit({ type: "tool-end", call: entry.call });
  }

  function beatOf(entry: Known): void {
    const { call } = entry;
    if (call.status !== "running" || !entry.told || now() - entry.beatAt < BEAT_MS) return;
    entry.beatAt = now();
    emit({ type: "tool-progress", call, elapsedMs: now() - call.startedAt });
  }

  function merge(update: ToolUpdate): Known {
    const earlier = known.get(update.toolCallId);
    const call = mergedFacts(earlier?.call, { update, at: now() });
    const entry = earlier ?? { call, told: false, beatAt: now(), response: undefined };
    entry.call = entry.input === undefined ? call : { ...call, input: entry.input };
    entry.response = responseOf(update) ?? entry.response;
    known.set(update.toolCallId, entry);
    return entry;
  }

  function apply(update: ToolUpdate): void {
    const entry = merge(update);
    if (entry.call.status !== "running") {
      entry.call = { ...entry.call, output: entry.call.output || (entry.response ?? "") };
      return;
    }
    if (isOver(update.status)) {
      const output = toolOutputOf(update) ?? entry.response ?? "";
      const never =
        update.status === "failed" && (refused.has(update.toolCallId) || isRefusal(update, output));
      end(entry, { status: update.status, output, refused: never });
      return;
    }
    if (update.status === "in_progress" || !isEmptyInput(entry.call.input)) tellStart(entry);
    beatOf(entry);
  }

  return {
    get list() {
      return [...known.values()].map(({ call }) => call);
    },
    apply,
    begins({ toolCallId, toolName, input }) {
      const entry = known.get(toolCallId);
      if (entry?.call.status !== "running") return;
      const complete = isEmptyInput(input) ? entry.call.input : input;
      entry.input = complete;
      entry.call = { ...entry.call, toolName: toolNameOf(toolName), input: complete };
      tellStart(entry);
    },
    markRefused(toolCallId) {
      refused.add(toolCallId);
      const entry = known.get(toolCallId);
      if (entry?.call.status === "failed") entry.call = { ...entry.call, refused: true };
    },
    announceHeld() {
      for (const entry of known.values()) tellStart(entry);
    },
    beat() {
      for (const entry of known.values()) {
        tellStart(entry);
        beatOf(entry);
      }
    },
    end(kind) {
      const output = kind === "completed" ? "no result" : "cancelled";
      for (const entry of known.values()) {
        const { status, toolCallId } = entry.call;
        if (status === "running") end(entry, { status: "failed", output, refused: refused.has(toolCallId) });
      }
    },
  };
}

function isOver(status: ToolCallUpdate["status"]): status is "completed" | "failed" {
  return status === "completed" || status === "failed";
}

/** Everything but the end, which happens once. */
function mergedFacts(
  known: ToolCallFact | undefined,
  { update, at }: { update: ToolUpdate; at: number },
): ToolCallFact {
  const meta = claudeMetaOf(update);
  const kind = update.kind ?? known?.kind ?? "other";
  const name = meta.toolName ?? update.name ?? undefined;
  const input = isEmptyInput(update.rawInput) ? (known?.input ?? update.rawInput) : update.rawInput;
  return {
    toolCallId: update.toolCallId,
    kind,
    toolName: name === undefined ? (known?.toolName ?? kind) : toolNameOf(name),
    title: (update.title ? toolTitleOf(update.title) : known?.title) || kind,
    input,
    status: known?.status ?? "running",
    output: known?.output,
    refused: known?.refused ?? false,
    startedAt: known?.startedAt ?? at,
    endedAt: known?.endedAt,
    parentToolCallId: meta.parentToolUseId ?? known?.parentToolCallId,
  };
}
