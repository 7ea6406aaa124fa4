import type { InitializeResponse } from "@agentclientprotocol/sdk/unstable";
import { z } from "zod";
import type { AgentCapabilities } from "./acp-adapter.ts";

/** Extensions of claude-agent-acp, which ACP has no capabilities for. */
const steering = z.object({ steering: z.object({ supported: z.literal(true) }) });
const promptQueueing = z.object({ claudeCode: z.object({ promptQueueing: z.literal(true) }) });

export function capabilitiesOf(initialized: InitializeResponse): AgentCapabilities {
  const { agentCapabilities, agentInfo } = initialized;
  const sessions = agentCapabilities?.sessionCapabilities;
  return {
    agentName: agentInfo?.name ?? "unknown",
    agentVersion: agentInfo?.version ?? "unknown",
    resumeSession: Boolean(sessions?.resume),
    loadSession: agentCapabilities?.loadSession ?? false,
    closeSession: Boolean(sessions?.close),
    images: agentCapabilities?.promptCapabilities?.image ?? false,
    forkSession: Boolean(sessions?.fork),
    steering: steering.safeParse(initialized._meta).success,
    // An agent that queues prompts reads Claude Code's output for as long as it lives, not only while a prompt runs.
    backgroundUpdates: promptQueueing.safeParse(agentCapabilities?._meta).success,
  };
}
