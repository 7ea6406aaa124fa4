import { AsyncLocalStorage } from "node:async_hooks";
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
import { sameList } from "../loopback/offered-tools.ts";
import { TOOL_SURFACES } from "../config/trace-channels.ts";
import { OPENCLAW_TOOLS_AT_HAND, selectedOpenClawTools } from "../config/openclaw-tools.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { AttemptParams } from "./harness-types.ts";
import type { KnownToolLists } from "./known-tool-lists.ts";
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
  /** What turns like this one had. */
  known: KnownToolLists;
  log: (message: string) => void;
  /** Called once for each call, when it is over and before Claude Code hears of it. */
  onCalled: (record: HostToolCallRecord) => Promise<void>;
};

/** The tools of one turn, and what Claude Code is told of them. */
type Surface = { tools: ReadonlyMap<string, HostTool>; list: readonly OfferedTool[] };

const NO_TOOLS: Surface = { tools: new Map(), list: [] };

const FAMILIES = {
  includeBaseCodingTools: false,
  includeShellTools: false,
  includeChannelTools: true,
  includePluginTools: true,
};

/**
 * OpenClaw's tools for this turn, as its policy leaves them to the agent, the sender and the chat. The host binds each to
 * the turn: it runs its own `before_tool_call` policy and hooks, and refuses every call once the attempt is over.
 * Null when nothing is selected, or the host cannot build any. Built when `built` or `call` asks for them, or `list` where no
 * turn like this one had any.
 */
export function createOpenClawTools(
  params: AttemptParams,
  { selection, onlyLooks, known, log, onCalled }: OpenClawToolsOptions,
): OfferedTools | null {
  const { createToolSurface } = params.hostCapabilities;
  if (selection.length === 0 || createToolSurface === undefined || params.disableTools === true) return null;
  const { toolsAllow, runId } = params;
  const options = surfaceOptionsOf(params, FAMILIES);
  const before = known.of(options, { selection, toolsAllow, onlyLooks });
  let built: Surface | undefined;

  function surface(): Surface {
    if (built !== undefined) return built;
    built = before?.list === undefined ? build() : buildAsShown(before.list);
    if (before !== undefined) before.list = built === NO_TOOLS ? undefined : built.list;
    return built;
  }

  /** Claude Code has been shown a list already: without its tools the turn goes on. */
  function buildAsShown(shown: readonly OfferedTool[]): Surface {
    try {
      const { tools, list } = build();
      return { tools, list: sameList(shown, list) ? shown : list };
    } catch (cause) {
      log(`run ${runId}: OpenClaw could not build its tools: ${unexpectedFailure(cause).message}`);
      return NO_TOOLS;
    }
  }

  function build(): Surface {
    const names = selectedOpenClawTools(selection);
    const allowed = toolsAllow === undefined ? undefined : new Set(toolsAllow);
    const all = TOOL_SURFACES.traceSync(() => createToolSurface?.(options) ?? [], { runId });
    const chosen = all.filter(
      (tool) =>
        names.has(tool.name) &&
        (allowed === undefined || allowed.has("*") || allowed.has(tool.name)) &&
        (!onlyLooks || isReadOnly(tool)),
    );
    // In one order, whatever order the host builds them in: a list that changes costs Claude's prompt cache.
    const tools = finalizeAgentToolAvailability(chosen).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { tools: new Map(tools.map((tool) => [tool.name, tool])), list: tools.map(offeredTool) };
  }

  async function callTool(name: string, call: OfferedCall): Promise<OfferedResult> {
    const tool = surface().tools.get(name);
    const toolCallId = call.toolCallId ?? `openclaw-${crypto.randomUUID()}`;
    const input = isRecord(call.input) ? call.input : {};
    if (tool === undefined) return failed(`OpenClaw has no tool "${name}" for this turn.`);
    const { result, offered } = await execute(tool, { ...call, toolCallId, input });
    await onCalled({ toolCallId, toolName: name, input, result, offered });
    return offered;
  }

  return {
    get list() {
      return built?.list ?? before?.list ?? surface().list;
    },
    // Asked over the listener of the tool gate, whose requests belong to whatever it was opened in.
    built: AsyncLocalStorage.bind(() => surface().list),
    call: AsyncLocalStorage.bind(callTool),
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
