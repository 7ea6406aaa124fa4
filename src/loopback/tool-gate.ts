import { randomBytes } from "node:crypto";
import { createGateServer } from "./gate-server.ts";
import { hookEnvironment, hookSettings } from "./hook-settings.ts";
import { withoutProxy } from "./without-proxy.ts";

/** One call of a tool of Claude Code's own, before it begins; told by Claude Code's PreToolUse hook. */
export type BeforeToolCall = { toolCallId: string; toolName: string; input: unknown };

/** `input`: what the tool is to be given instead. `reason`: told to the model. */
export type BeforeToolCallVerdict = { allow: true; input?: unknown } | { allow: false; reason: string };

export type ToolGateHandler = (call: BeforeToolCall, signal: AbortSignal) => Promise<BeforeToolCallVerdict>;

/** One live process at the gate. */
export type GatedProcess = {
  /**
   * Claude Code settings whose PreToolUse hook asks this gate; they hold no secret. The Agent SDK takes them as
   * `settings`; before 0.3 it ignores that, and takes them as JSON in `extraArgs.settings`.
   */
  readonly settings: Record<string, unknown>;
  /** Variables that the process needs for it; the secret is here. */
  readonly environment: Record<string, string>;
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
/** Longer than an approval may wait, and shorter than the hook's own time-out, after which Claude Code would go on. */
const ANSWER_WITHIN_MS = 15 * 60_000;
const HOOK_TIMEOUT_SECONDS = 20 * 60;

/**
 * Where Claude Code asks before each call of a tool. It listens on 127.0.0.1 while a process is open, keeps nothing alive
 * by itself, and whatever goes wrong in it is a refusal.
 */
export function createToolGate({
  ambient = process.env,
  answerWithinMs = ANSWER_WITHIN_MS,
}: ToolGateOptions = {}): ToolGate {
  const server = createGateServer({ answerWithinMs });

  async function open(transport: GateTransport): Promise<GatedProcess> {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const url = await server.admit(secret);
    return {
      settings: hookSettings({ transport, url, timeoutSeconds: HOOK_TIMEOUT_SECONDS }),
      environment: { ...hookEnvironment({ url, secret }), ...withoutProxy(ambient) },
      route: (handler) => {
        server.route(secret, handler);
      },
      close: () => server.dismiss(secret),
    };
  }

  return { open, close: () => server.close() };
}
