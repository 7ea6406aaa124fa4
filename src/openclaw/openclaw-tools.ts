import {
  finalizeAgentToolAvailability,
  formatToolExecutionErrorMessage,
  getChannelAgentToolMeta,
  getPluginToolMeta,
  isAgentToolReplaySafe,
  isToolResultError,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type {
  OfferedCall,
  OfferedContent,
  OfferedResult,
  OfferedTool,
  OfferedTools,
} from "../bridge/turn.ts";
import { TOOL_SURFACES } from "../config/trace-channels.ts";
import { OPENCLAW_TOOLS_AT_HAND, selectedOpenClawTools } from "../config/openclaw-tools.ts";
import type { AttemptParams } from "./harness-types.ts";
import { surfaceOptionsOf, type HostTool } from "./tool-surface.ts";

/** One finished call, as OpenClaw's tool returned it. */
export type HostToolCallRecord = {
  toolCallId: string;
  toolName: string;
  input: Record<string, unknown>;
  result: Awaited<ReturnType<HostTool["execute"]>> | undefined;
  offered: OfferedResult;
};

export type OpenClawToolsOptions = {
  /** Groups and names, as the contractor's settings have them. */
  selection: readonly string[];
  /** Nothing may be changed in this turn: the contractor plans. */
  onlyLooks: boolean;
  /** Called once for each call, when it is over and before Claude Code hears of it. */
  onCalled: (record: HostToolCallRecord) => Promise<void>;
};

const FAMILIES = {
  includeBaseCodingTools: false,
  includeShellTools: false,
  includeChannelTools: true,
  includePluginTools: true,
};

/**
 * OpenClaw's tools for this turn, as its policy leaves them to the agent, the sender and the chat. The host binds each to
 * the turn: it runs its own `before_tool_call` policy and hooks, and refuses every call once the attempt is over.
 * Null when nothing is selected, or the host cannot build any. Built at the first look.
 */
export function createOpenClawTools(
  params: AttemptParams,
  { selection, onlyLooks, onCalled }: OpenClawToolsOptions,
): OfferedTools | null {
  const { createToolSurface } = params.hostCapabilities;
  if (selection.length === 0 || createToolSurface === undefined || params.disableTools === true) return null;
  let built: { tools: Map<string, HostTool>; list: OfferedTool[] } | undefined;

  function surface(): NonNullable<typeof built> {
    if (built !== undefined) return built;
    const names = selectedOpenClawTools(selection);
    const allowed = params.toolsAllow === undefined ? undefined : new Set(params.toolsAllow);
    const all = TOOL_SURFACES.traceSync(() => createToolSurface?.(surfaceOptionsOf(params, FAMILIES)) ?? [], {
      runId: params.runId,
    });
    const chosen = all.filter(
      (tool) =>
        names.has(tool.name) &&
        (allowed === undefined || allowed.has("*") || allowed.has(tool.name)) &&
        (!onlyLooks || isReadOnly(tool)),
    );
    // In one order, whatever order the host builds them in: a list that changes costs Claude's prompt cache.
    const tools = finalizeAgentToolAvailability(chosen).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    built = { tools: new Map(tools.map((tool) => [tool.name, tool])), list: tools.map(offeredTool) };
    return built;
  }

  return {
    get list() {
      return surface().list;
    },
    async call(name, call) {
      const tool = surface().tools.get(name);
      const toolCallId = call.toolCallId ?? `openclaw-${crypto.randomUUID()}`;
      const input = isRecord(call.input) ? call.input : {};
      if (tool === undefined) return failed(`OpenClaw has no tool "${name}" for this turn.`);
      const { result, offered } = await execute(tool, { ...call, toolCallId, input });
      await onCalled({ toolCallId, toolName: name, input, result, offered });
      return offered;
    },
  };
}

async function execute(
  tool: HostTool,
  { toolCallId, input, signal, onProgress }: OfferedCall & { toolCallId: string },
): Promise<Pick<HostToolCallRecord, "result" | "offered">> {
  try {
    const given = tool.prepareArguments?.(input) ?? input;
    const result = await tool.execute(toolCallId, given, signal, (partial) => {
      const text = textOf(partial.content);
      if (text !== "") onProgress(text);
    });
    return { result, offered: offeredResult(tool, result) };
  } catch (cause) {
    return { result: undefined, offered: failed(formatToolExecutionErrorMessage(cause, "The tool failed.")) };
  }
}

/** The host's own judgement, of its own tools and what plugins say of theirs: a call that may be repeated has changed nothing. */
function isReadOnly(tool: HostTool): boolean {
  return isAgentToolReplaySafe(tool, {
    declaredReplaySafe(asked) {
      if (asked !== tool) return undefined;
      const plugin = getPluginToolMeta(tool);
      if (plugin !== undefined) return plugin.replaySafe === true;
      return getChannelAgentToolMeta(tool) === undefined ? undefined : false;
    },
  });
}

function offeredTool(tool: HostTool): OfferedTool {
  return {
    name: tool.name,
    description: tool.description,
    // The host's schemas carry symbols and optional marks that are nobody's affair but its own.
    inputSchema: JSON.parse(JSON.stringify(tool.parameters)) as Record<string, unknown>,
    readOnly: isReadOnly(tool),
    atHand: OPENCLAW_TOOLS_AT_HAND.includes(tool.name),
  };
}

function offeredResult(tool: HostTool, result: Awaited<ReturnType<HostTool["execute"]>>): OfferedResult {
  const content = result.content.map((part): OfferedContent =>
    part.type === "image"
      ? { type: "image", data: part.data, mimeType: part.mimeType }
      : { type: "text", text: part.text },
  );
  // Details are for logs and pages, not for a model, unless the tool says what they look like.
  const { details } = result;
  const structured = tool.outputSchema !== undefined && isRecord(details) ? details : undefined;
  return { content, structured, isError: isToolResultError(result) };
}

function failed(text: string): OfferedResult {
  return { content: [{ type: "text", text }], structured: undefined, isError: true };
}

function textOf(content: { type: string; text?: string }[]): string {
  return content.map(({ text }) => text ?? "").join("\n");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
