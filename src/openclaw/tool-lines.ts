import {
  formatToolAggregate,
  formatToolProgressOutput,
  inferToolMetaFromArgs,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { ToolCallFact } from "../bridge/turn.ts";
import { clipped } from "./clipped.ts";
import { hostToolCall } from "./native-tools.ts";
import { plainLine, plainText } from "./plain-text.ts";

/** A tool at work as a person reads it and as OpenClaw keeps count of it. */
export type ToolLine = {
  /** OpenClaw's name of the tool, e.g. `exec` for Claude Code's `Bash`. */
  toolName: string;
  /** What the tool was given, in OpenClaw's words. */
  params: Record<string, unknown>;
  /** What it is about, on one line; undefined when the name says it all. */
  meta: string | undefined;
  /** It changes nothing but what the agent knows. */
  readOnly: boolean;
};

const META_LIMIT = 160;
const NAME_LIMIT = 100;
const ERROR_LIMIT = 300;
/** How much of an argument the host is given to describe the call. */
const DESCRIBED_LIMIT = 2_000;
const OUTPUT_LIMIT = 8_000;

/** ACP kinds of tools that only look. */
const READ_ONLY_KINDS = new Set(["read", "search", "think"]);

export function toolLineOf(call: ToolCallFact): ToolLine {
  const { toolName, params } = hostToolCall(call);
  const meta = plainLine(
    inferToolMetaFromArgs(toolName, clipped(params, DESCRIBED_LIMIT)) ?? call.title,
    META_LIMIT,
  );
  return {
    toolName,
    params: typeof params === "object" && params !== null ? { ...params } : {},
    meta: meta === "" || meta.toLowerCase() === toolName.toLowerCase() ? undefined : meta,
    readOnly: READ_ONLY_KINDS.has(call.kind),
  };
}

/** The call with ids and names that are safe to hand on: they come from the model, from MCP servers and adapters. */
export function presentable(call: ToolCallFact): ToolCallFact {
  const { parentToolCallId } = call;
  return {
    ...call,
    toolCallId: plainLine(call.toolCallId, NAME_LIMIT),
    toolName: plainLine(call.toolName, NAME_LIMIT) || call.kind,
    parentToolCallId: parentToolCallId === undefined ? undefined : plainLine(parentToolCallId, NAME_LIMIT),
  };
}

/** Why a call failed, on one line. */
export function failureOf(call: ToolCallFact): string {
  const words = plainLine(call.output ?? "", ERROR_LIMIT);
  if (words !== "") return words;
  return call.refused ? "It was refused." : "It failed without saying why.";
}

/** The one line that verbose conversations show for a call. */
export function verboseLine(
  line: ToolLine,
  { markdown, withMeta }: { markdown: boolean; withMeta: boolean },
): string {
  const metas = line.meta === undefined || !withMeta ? undefined : [line.meta];
  return formatToolAggregate(line.toolName, metas, { markdown });
}

/**
 * What a tool printed, bounded and without secrets that the host knows. Always set off as a block, also from its own
 * fences: a line of it that reads like a directive (`MEDIA:…`) must not become one.
 */
export function verboseOutput(output: string, { markdown }: { markdown: boolean }): string | undefined {
  const text = formatToolProgressOutput(plainText(output, Infinity), {
    maxChars: OUTPUT_LIMIT,
  });
  if (text === undefined) return undefined;
  if (!markdown) return text.replaceAll(/^/gm, "    ");
  const longestFence = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longestFence + 1);
  return `${fence}txt\n${text}\n${fence}`;
}
