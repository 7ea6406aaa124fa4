import {
  projectAgentToolActivity,
  sanitizeToolArgs,
  sanitizeToolResult,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { ToolCallFact } from "../bridge/turn.ts";
import type { AttemptWatchers, HostEvent } from "./attempt-watchers.ts";
import { clipped } from "./clipped.ts";
import type { AttemptParams } from "./harness-types.ts";
import { reportToolEnd, reportToolStart } from "./tool-diagnostics.ts";
import { failureOf, toolLineOf, verboseLine, verboseOutput, type ToolLine } from "./tool-lines.ts";

/** How much of an argument clients are shown. */
const ARGUMENT_LIMIT = 20_000;

/** Tells the watchers of an attempt what Claude Code's own tools do: one short line a tool, more only in verbose. */
export type ToolEvents = {
  started(call: ToolCallFact): void;
  goesOn(call: ToolCallFact): void;
  ended(call: ToolCallFact): void;
};

/**
 * Every call is told twice, as OpenClaw's own runner does: as an `item` (the line of channel previews and the Control UI)
 * and as a `tool` event (arguments and result).
 */
export function createToolEvents(params: AttemptParams, watchers: AttemptWatchers): ToolEvents {
  const markdown = params.toolResultFormat !== "plain";
  const { verboseLevel } = params;
  const showsLines = (): boolean =>
    params.shouldEmitToolResult?.() ?? (verboseLevel === "on" || verboseLevel === "full");
  const showsOutput = (): boolean => params.shouldEmitToolOutput?.() ?? verboseLevel === "full";

  function tell(text: string): void {
    watchers.callback(() => params.onToolResult?.({ text }));
  }

  return {
    started(call) {
      const line = toolLineOf(call);
      const item = itemOf(call, { phase: "start", line });
      watchers.emit({ stream: "item", data: item });
      watchers.emit(toolEvent(call, { phase: "start", args: argsOf(call) }));
      watchers.notify(() => {
        reportToolStart(params, call);
      });
      if (!showsLines()) return;
      // As everywhere in OpenClaw: what a command says is shown only where its output is, too.
      const withMeta = item.commandBearing !== true || showsOutput();
      tell(verboseLine(line, { markdown, withMeta }));
    },
    goesOn(call) {
      watchers.emit(toolEvent(call, { phase: "update" }));
      watchers.emit({ stream: "item", data: itemOf(call, { phase: "update", line: toolLineOf(call) }) });
    },
    ended(call) {
      const line = toolLineOf(call);
      const result = toolResultOf(call);
      const isError = call.status === "failed";
      watchers.emit(
        toolEvent(call, {
          phase: "result",
          args: argsOf(call),
          isError,
          ...(line.meta === undefined ? {} : { meta: line.meta }),
          result,
        }),
      );
      watchers.emit({ stream: "item", data: itemOf(call, { phase: "result", line }) });
      watchers.notify(() => {
        reportToolEnd(params, call);
      });
      watchers.notify(() => params.onAgentToolResult?.({ toolName: line.toolName, result, isError }));
      if (call.output === undefined || !showsOutput()) return;
      const output = verboseOutput(call.output, { markdown });
      if (output !== undefined) tell(`${verboseLine(line, { markdown, withMeta: true })}\n${output}`);
    },
  };
}

/** What a call returned, in the shape of the host's own tools. */
export function toolResultOf(call: ToolCallFact): unknown {
  const text = call.output ?? (call.status === "failed" ? failureOf(call) : "");
  return sanitizeToolResult({ content: [{ type: "text", text: text.toWellFormed() }] });
}

function toolEvent(call: ToolCallFact, data: HostEvent["data"]): HostEvent {
  const { toolName, toolCallId, parentToolCallId } = call;
  return {
    stream: "tool",
    data: {
      ...data,
      name: toolName,
      toolCallId,
      ...(parentToolCallId === undefined ? {} : { parentToolCallId }),
    },
  };
}

function itemOf(
  call: ToolCallFact,
  { phase, line }: { phase: "start" | "update" | "result"; line: ToolLine },
): ReturnType<typeof projectAgentToolActivity> & Record<string, unknown> {
  const { toolCallId, startedAt, endedAt } = call;
  const tool = {
    toolCallId,
    name: line.toolName,
    args: line.params,
    // Never undefined: the host would look for words in the arguments again.
    meta: line.meta ?? "",
  };
  if (phase !== "result") return { ...projectAgentToolActivity({ ...tool, phase }), startedAt };
  const failed = call.status === "failed";
  const status = call.refused ? "blocked" : failed ? "failed" : "completed";
  return {
    ...projectAgentToolActivity({ ...tool, phase, status }),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(failed ? { error: failureOf(call) } : {}),
  };
}

/** What the tool was given, by Claude Code's own names, without secrets that the host knows. */
function argsOf(call: ToolCallFact): Record<string, unknown> {
  const args = sanitizeToolArgs(clipped(call.input, ARGUMENT_LIMIT));
  return typeof args === "object" && args !== null ? { ...args } : {};
}
