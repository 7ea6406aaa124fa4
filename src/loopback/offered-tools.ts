/** Claude Code names the tools of an MCP server `mcp__<server>__<tool>`. */
export const TOOL_SERVER_NAME = "openclaw";

/** OpenClaw's name of a tool that Claude Code calls over the server; undefined for every other tool. */
export function offeredNameOf(toolName: string): string | undefined {
  const prefix = `mcp__${TOOL_SERVER_NAME}__`;
  return toolName.startsWith(prefix) ? toolName.slice(prefix.length) : undefined;
}

/** A tool of OpenClaw's as Claude Code is told of it. */
export type OfferedTool = {
  name: string;
  description: string;
  /** JSON schema of an object. */
  inputSchema: Record<string, unknown>;
  /** It changes nothing outside the session. */
  readOnly: boolean;
  /** Claude Code shows it to the model from the first request on, and does not defer it behind its tool search. */
  atHand: boolean;
};

export type OfferedContent =
  { type: "text"; text: string } | { type: "image"; data: string; mimeType: string };

export type OfferedResult = {
  content: OfferedContent[];
  /** As the tool itself structured it; undefined when it is text alone. */
  structured: Record<string, unknown> | undefined;
  isError: boolean;
};

export type OfferedCall = {
  /** Claude Code's id of the call, where it tells it. */
  toolCallId: string | undefined;
  input: unknown;
  /** Aborts when Claude Code gives the call up. */
  signal: AbortSignal;
  onProgress: (text: string) => void;
};

/** Word for word: whatever differs, Claude Code has to be told. */
export function sameList(one: readonly OfferedTool[], other: readonly OfferedTool[]): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** OpenClaw's tools in the hands of one turn. */
export type OfferedTools = {
  /** What Claude Code is shown first. May be what a turn like this one had, where building the list takes its time. */
  readonly list: readonly OfferedTool[];
  /** What this turn has; the same array as `list` where it is the same word for word. Takes its time once. */
  built(): readonly OfferedTool[];
  /** Never rejects: what goes wrong is a result with `isError`. Called with names of `built` alone. */
  call(name: string, call: OfferedCall): Promise<OfferedResult>;
};
