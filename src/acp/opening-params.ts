import type { OpenSessionRequest } from "./acp-adapter.ts";

/** What `session/new`, `session/resume` and `session/load` have in common. */
export function openingParams(request: OpenSessionRequest): Record<string, unknown> {
  return {
    cwd: request.workspace,
    mcpServers: [],
    _meta: { systemPrompt: { append: request.systemPromptAppend } },
  };
}
