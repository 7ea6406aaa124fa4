import { z } from "zod";

/** The extension method of claude-agent-acp that passes Claude Code's own messages on. */
export const SDK_MESSAGE_METHOD = "_claude/sdkMessage";

/** What Claude Code's own messages tell us that ACP's updates do not. */
export type SdkSign =
  | { type: "retry"; status: number | undefined; attempt: number; delayMs: number }
  | { type: "state"; idle: boolean }
  | { type: "background-tasks"; running: number }
  /** Work in the background is done; the agent begins a turn about it. */
  | { type: "task-end" }
  /** A prompt of ours was taken up, maybe into a turn that the agent had begun by itself. May come after its first words. */
  | { type: "prompt-echo" }
  | { type: "limit"; resetAt: Date };

const message = z.union([
  z
    .object({
      type: z.literal("system"),
      subtype: z.literal("api_retry"),
      attempt: z.number(),
      retry_delay_ms: z.number(),
      error_status: z.number().nullish(),
    })
    .transform(({ attempt, retry_delay_ms, error_status }): SdkSign => {
      return { type: "retry", status: error_status ?? undefined, attempt, delayMs: retry_delay_ms };
    }),
  z
    .object({
      type: z.literal("system"),
      subtype: z.literal("session_state_changed"),
      state: z.enum(["running", "requires_action", "idle"]),
    })
    .transform(({ state }): SdkSign => ({ type: "state", idle: state === "idle" })),
  z
    .object({
      type: z.literal("system"),
      subtype: z.literal("background_tasks_changed"),
      tasks: z.array(z.unknown()),
    })
    .transform(({ tasks }): SdkSign => ({ type: "background-tasks", running: tasks.length })),
  z
    .object({ type: z.literal("system"), subtype: z.literal("task_notification") })
    .transform((): SdkSign => ({ type: "task-end" })),
  z
    .object({ type: z.literal("user"), isReplay: z.literal(true), parent_tool_use_id: z.null().optional() })
    .transform((): SdkSign => ({ type: "prompt-echo" })),
  z
    .object({
      type: z.literal("rate_limit_event"),
      rate_limit_info: z.object({ status: z.literal("rejected"), resetsAt: z.number() }),
    })
    .transform(({ rate_limit_info }): SdkSign => {
      return { type: "limit", resetAt: new Date(rate_limit_info.resetsAt * 1000) };
    }),
]);

const params = z.object({ message });

/** Null for messages that mean nothing to us. */
export function readSdkMessage(notification: unknown): SdkSign | null {
  const parsed = params.safeParse(notification);
  return parsed.success ? parsed.data.message : null;
}
