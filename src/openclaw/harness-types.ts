import type { AgentHarnessV2 } from "openclaw/plugin-sdk/agent-harness";

/** The host's names for what goes into an attempt and comes out of it. */
export type AttemptParams = Parameters<AgentHarnessV2["runAttempt"]>[0];
export type AttemptResult = Extract<Awaited<ReturnType<AgentHarnessV2["runAttempt"]>>, { terminal: unknown }>;
export type AssistantMessage = NonNullable<AttemptResult["lastAssistant"]>;
