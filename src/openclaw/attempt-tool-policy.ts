import type { BeforeToolCall, BeforeToolCallVerdict } from "../acp/acp-adapter.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { AttemptParams } from "./harness-types.ts";
import { hostToolCall, rewrittenInput } from "./native-tools.ts";
import { plainLine, plainText } from "./plain-text.ts";

const REASON_LIMIT = 2_000;
const ID_LIMIT = 100;

export type ToolPolicyContext = {
  signal: AbortSignal;
  log: (message: string) => void;
  /** The only tools that may be called at all; undefined when nothing is restricted. */
  nativeTools: readonly string[] | undefined;
};

/** Runs OpenClaw's `before_tool_call` policy and other plugins' hooks for a call of Claude Code's own; in doubt it is refused. */
export async function checkToolCall(
  params: AttemptParams,
  call: BeforeToolCall,
  { signal, log, nativeTools }: ToolPolicyContext,
): Promise<BeforeToolCallVerdict> {
  const asked = hostToolCall(call);
  try {
    // Claude Code was given no others, but a tool of an MCP server or a plugin may have come in another way.
    if (nativeTools?.includes(call.toolName) === false) {
      return refused("OpenClaw's tool policy does not leave this tool to the agent.");
    }
    const outcome = await params.hostCapabilities.runBeforeToolCall({
      ...asked,
      toolCallId: plainLine(call.toolCallId, ID_LIMIT),
      signal,
    });
    if (outcome.blocked) return refused(outcome.reason);
    const input = rewrittenInput(call, outcome.params);
    if (input === undefined) return { allow: true };
    if (input !== null) return { allow: true, input };
    log(
      `run ${params.runId}: ${asked.toolName} was refused: a plugin's change to it does not fit Claude Code.`,
    );
    return refused("OpenClaw changed this call in a way that Claude Code's tool cannot express.");
  } catch (cause) {
    const { message } = unexpectedFailure(cause);
    log(
      `run ${params.runId}: ${asked.toolName} was refused: OpenClaw's policy could not be asked: ${message}`,
    );
    return refused("OpenClaw's policy could not be asked about this call.");
  }
}

function refused(reason: string): BeforeToolCallVerdict {
  return { allow: false, reason: plainText(reason, REASON_LIMIT) || "OpenClaw refused this call." };
}
