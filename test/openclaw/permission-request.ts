import type { PermissionRequest } from "../../src/acp/acp-adapter.ts";

/** Claude Code wants to run `ls`, unless a test says otherwise. */
export function permissionRequest(overrides: Partial<PermissionRequest> = {}): PermissionRequest {
  return {
    toolCallId: "toolu_1",
    title: "ls",
    toolName: "Bash",
    kind: "execute",
    rawInput: { command: "ls" },
    diffs: [],
    locations: [],
    options: [],
    ...overrides,
  };
}
