import { request, type IncomingHttpHeaders } from "node:http";
import type { GatedProcess } from "../../src/loopback/tool-gate.ts";

export const GATE_URL = "CONTRACTOR_AGENT_GATE_URL";
export const GATE_TOKEN = "CONTRACTOR_AGENT_GATE_TOKEN";

export type GateAnswer = { status: number | undefined; headers: IncomingHttpHeaders; text: string };

/** What Claude Code sends before a call, as both versions were seen to. */
export function hookInput(call: { id?: string; name?: string; input?: unknown } = {}): string {
  return JSON.stringify({
    session_id: "1",
    cwd: "/srv/app",
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: call.name ?? "Bash",
    tool_input: call.input ?? { command: "ls" },
    tool_use_id: call.id ?? "toolu_1",
  });
}

/** Asks the gate as Claude Code's hook does, or with something changed. */
export function askGate(
  { environment }: Pick<GatedProcess, "environment">,
  body = hookInput(),
  change: { method?: string; path?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<GateAnswer> {
  const url = new URL(change.path ?? "", environment[GATE_URL]);
  const headers = { authorization: `Bearer ${environment[GATE_TOKEN] ?? ""}`, ...change.headers };
  const { method = "POST", signal } = change;
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false, ...(signal && { signal }) }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => {
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

export function denial(reason: unknown): unknown {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  };
}
