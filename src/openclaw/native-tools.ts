import { isDeepStrictEqual } from "node:util";
import { offeredNameOf } from "../bridge/turn.ts";

type Input = Record<string, unknown>;

/** A call as OpenClaw's own policy and hooks know such calls. */
export type HostToolCall = { toolName: string; params: unknown };

/** Claude Code's tools by OpenClaw's names, as OpenClaw's `claude-cli` backend has them. */
const HOST_NAMES: Record<string, string> = {
  Bash: "exec",
  Read: "read",
  NotebookRead: "read",
  Write: "write",
  Edit: "edit",
  MultiEdit: "edit",
  NotebookEdit: "edit",
  WebFetch: "web_fetch",
  WebSearch: "web_search",
  Task: "sessions_spawn",
  Agent: "sessions_spawn",
};

/**
 * OpenClaw's name of a tool of Claude Code's, and of its own tools, which Claude Code calls over MCP. Tools of other MCP
 * servers keep theirs; all others have no capitals in OpenClaw.
 */
export function hostToolName(toolName: string): string {
  const offered = offeredNameOf(toolName);
  if (offered !== undefined) return offered;
  if (Object.hasOwn(HOST_NAMES, toolName)) return HOST_NAMES[toolName] ?? toolName;
  if (toolName.startsWith("mcp__")) return toolName;
  return toolName
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** OpenClaw's file tools say `path` and `edits`; these stand beside what Claude Code says. */
export function hostToolCall({ toolName, input }: { toolName: string; input: unknown }): HostToolCall {
  const name = hostToolName(toolName);
  if (!isRecord(input)) return { toolName: name, params: input };
  const pathField = pathFieldOf(toolName);
  const path = pathField === undefined ? undefined : input[pathField];
  return {
    toolName: name,
    params: {
      ...input,
      ...(typeof path === "string" ? { path } : {}),
      ...(toolName === "Edit" ? { edits: [hostEdit(input)] } : {}),
      ...(toolName === "MultiEdit" ? { edits: editsOf(input).map(hostEdit) } : {}),
    },
  };
}

/** Undefined: nothing was rewritten. Null: Claude Code's tool cannot be given what OpenClaw wants. */
export function rewrittenInput(
  { toolName, input }: { toolName: string; input: unknown },
  params: unknown,
): Input | undefined | null {
  const projected = hostToolCall({ toolName, input }).params;
  if (isDeepStrictEqual(params, projected)) return undefined;
  if (!isRecord(params) || !isRecord(projected) || !isRecord(input)) return null;
  // The two tools of one name need not take the same fields, or in the same units.
  if (Object.hasOwn(HOST_NAMES, toolName)) {
    if (Object.keys(params).some((name) => !Object.hasOwn(projected, name))) return null;
    if (!isDeepStrictEqual(params["timeout"], projected["timeout"])) return null;
  }
  return withEdits(toolName, { input, params: withPath(toolName, { input, params }) });
}

/** `path` goes back to where Claude Code has it. */
function withPath(toolName: string, { input, params }: { input: Input; params: Input }): Input | null {
  const field = pathFieldOf(toolName);
  if (field === undefined || typeof input[field] !== "string") return params;
  const { path, ...others } = params;
  if (typeof path !== "string") return null;
  // Somebody may have rewritten either of the two, but not both differently.
  const rewritten = path === input[field] ? others[field] : path;
  if (typeof rewritten !== "string" || (others[field] !== input[field] && others[field] !== rewritten))
    return null;
  return { ...others, [field]: rewritten, ...(Object.hasOwn(input, "path") ? { path: rewritten } : {}) };
}

function withEdits(
  toolName: string,
  { input, params }: { input: Input; params: Input | null },
): Input | null {
  if (params === null || (toolName !== "Edit" && toolName !== "MultiEdit")) return params;
  const { edits, ...others } = params;
  const before = toolName === "Edit" ? [input] : editsOf(input);
  if (!Array.isArray(edits) || edits.length !== before.length) return null;
  const after = edits.map((edit: unknown, index) => claudeEdit(edit, before[index] ?? {}));
  const [first] = after;
  if (first === undefined || after.includes(null)) return null;
  return toolName === "Edit" ? { ...others, ...first } : { ...others, edits: after };
}

function hostEdit(edit: Input): Input {
  return { oldText: edit["old_string"], newText: edit["new_string"] };
}

function claudeEdit(edit: unknown, before: Input): Input | null {
  if (!isRecord(edit) || Object.keys(edit).length !== 2) return null;
  const { oldText, newText } = edit;
  if (typeof oldText !== "string" || typeof newText !== "string") return null;
  const all = before["replace_all"];
  return { old_string: oldText, new_string: newText, ...(all === undefined ? {} : { replace_all: all }) };
}

function editsOf(input: Input): Input[] {
  const edits = input["edits"];
  return Array.isArray(edits) ? edits.filter(isRecord) : [];
}

function pathFieldOf(toolName: string): string | undefined {
  if (["Read", "Write", "Edit", "MultiEdit"].includes(toolName)) return "file_path";
  return ["NotebookEdit", "NotebookRead"].includes(toolName) ? "notebook_path" : undefined;
}

function isRecord(value: unknown): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
