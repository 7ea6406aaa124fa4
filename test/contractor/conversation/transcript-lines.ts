/** Lines as Claude Code writes them, one block of an answer each. */
export const AT = "2026-01-01T10:00:00.000Z";

export function said(content: unknown, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ type: "user", timestamp: AT, message: { role: "user", content }, ...more });
}

export function answered(
  id: string,
  block: Record<string, unknown>,
  more: Record<string, unknown> = {},
): string {
  const message = { id, role: "assistant", model: "claude-test", content: [block] };
  return JSON.stringify({ type: "assistant", timestamp: AT, message, ...more });
}

export const text = (words: string): Record<string, unknown> => ({ type: "text", text: words });

export function used(id: string, name: string, input: unknown): Record<string, unknown> {
  return { type: "tool_use", id, name, input };
}

export function gave(id: string, content: unknown, is_error = false): Record<string, unknown> {
  return { type: "tool_result", tool_use_id: id, content, is_error };
}

export async function allOf<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
