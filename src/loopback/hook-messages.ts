import type { BeforeToolCall, BeforeToolCallVerdict } from "./tool-gate.ts";

/** Reads a PreToolUse hook's input; null when it is none. */
export function callOf(body: string): BeforeToolCall | null {
  const input = parsed(body);
  if (typeof input !== "object" || input === null) return null;
  const field = (name: string): unknown => Object.entries(input).find(([key]) => key === name)?.[1];
  const toolName = field("tool_name");
  const toolCallId = field("tool_use_id");
  if (field("hook_event_name") !== "PreToolUse") return null;
  if (typeof toolName !== "string" || toolName === "" || typeof toolCallId !== "string") return null;
  return { toolCallId, toolName, input: field("tool_input") };
}

/**
 * The hook's answer to Claude Code. What is not refused stays with Claude Code's own permission rules: "allow" overrules
 * them, and nobody is asked, so it is said only of what has been decided.
 */
export function hookAnswerOf(verdict: BeforeToolCallVerdict): Record<string, unknown> {
  if (!verdict.allow) {
    return specificOutput({ permissionDecision: "deny", permissionDecisionReason: verdict.reason });
  }
  const { input, decided } = verdict;
  if (input === undefined && !decided) return {};
  return specificOutput({
    ...(input === undefined ? {} : { updatedInput: input }),
    ...(decided ? { permissionDecision: "allow" } : {}),
  });
}

function specificOutput(output: Record<string, unknown>): Record<string, unknown> {
  return { hookSpecificOutput: { hookEventName: "PreToolUse", ...output } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
