import { randomBytes } from "node:crypto";
import { createGateRoute } from "./gate-route.ts";
import { hookEnvironment, hookSettings, SECRET_REFERENCE } from "./hook-settings.ts";
import { createLoopbackServer } from "./loopback-server.ts";
import { TOOL_SERVER_NAME } from "./offered-tools.ts";
import { createToolServer, type ToolServer } from "./tool-server.ts";
import { withoutProxy } from "./without-proxy.ts";

/** One call of a tool of Claude Code's own, before it begins; told by Claude Code's PreToolUse hook. */
export type BeforeToolCall = { toolCallId: string; toolName: string; input: unknown };

/**
 * `input`: what the tool is to be given instead. `decided`: nobody has to be asked any more. `reason`: told to the model.
 */
export type BeforeToolCallVerdict =
  { allow: true; input?: unknown; decided?: true } | { allow: false; reason: string };

export type ToolGateHandler = (call: BeforeToolCall, signal: AbortSignal) => Promise<BeforeToolCallVerdict>;

/** An MCP server over HTTP as ACP has it. The header's value names a variable, which Claude Code puts in. */
export type HttpMcpServer = {
  type: "http";
  name: string;
  url: string;
  headers: { name: string; value: string }[];
};

/** One live process at the gate. */
export type GatedProcess = {
  /**
   * Claude Code settings whose PreToolUse hook asks this gate; they hold no secret. The Agent SDK takes them as
   * `settings`; before 0.3 it ignores that, and takes them as JSON in `extraArgs.settings`.
   */
  readonly settings: Record<string, unknown>;
  /** Variables that the process needs for it; the secret is here. */
  readonly environment: Record<string, string>;
  /** Where its Claude Code finds OpenClaw's tools. */
  readonly mcpServer: HttpMcpServer;
  readonly tools: Pick<ToolServer, "expect" | "offer" | "confirm" | "withdraw">;
  /** Who is asked from now on; null between turns, when every call is refused. */
  route(handler: ToolGateHandler | null): void;
  /** Idempotent. */
  close(): Promise<void>;
};

/** How Claude Code's hook reaches the gate: by itself over HTTP, or by a command that does it for an older one. */
export type GateTransport = "http" | "command";

export type ToolGate = {
  open(transport: GateTransport): Promise<GatedProcess>;
  close(): Promise<void>;
};

export type ToolGateOptions = {
  /** Where the contractor's proxy variables come from. */
  ambient?: NodeJS.ProcessEnv;
  /** The longest that a handler may take before the call is refused. */
  answerWithinMs?: number;
};

const SECRET_BYTES = 32;
const GATE_PATH = "/before-tool-call";
const TOOLS_PATH = "/mcp";
/** Longer than an approval may wait, and shorter than the hook's own time-out, after which Claude Code would go on. */
const ANSWER_WITHIN_MS = 15 * 60_000;
const HOOK_TIMEOUT_SECONDS = 20 * 60;

/**
 * Where Claude Code asks before each call of a tool, and where it finds OpenClaw's own. It listens on 127.0.0.1 while a
 * process is open, keeps nothing alive by itself, and whatever goes wrong in it is a refusal.
 */
export function createToolGate({
  ambient = process.env,
  answerWithinMs = ANSWER_WITHIN_MS,
}: ToolGateOptions = {}): ToolGate {
  const server = createLoopbackServer();

  async function open(transport: GateTransport): Promise<GatedProcess> {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const gate = createGateRoute({ answerWithinMs });
    const tools = createToolServer();
    const routes = { [GATE_PATH]: gate.respond, [TOOLS_PATH]: tools.respond };
    const origin = await server.admit(secret, routes);
    const url = `${origin}${GATE_PATH}`;
    return {
      settings: hookSettings({ transport, url, timeoutSeconds: HOOK_TIMEOUT_SECONDS }),
      environment: { ...hookEnvironment({ url, secret }), ...withoutProxy(ambient) },
      mcpServer: {
        type: "http",
        name: TOOL_SERVER_NAME,
        url: `${origin}${TOOLS_PATH}`,
        headers: [{ name: "Authorization", value: `Bearer ${SECRET_REFERENCE}` }],
      },
      tools,
      route(handler) {
        gate.handler = handler;
      },
      async close() {
        await tools.close();
        await server.dismiss(secret);
      },
    };
  }

  return { open, close: () => server.close() };
}
