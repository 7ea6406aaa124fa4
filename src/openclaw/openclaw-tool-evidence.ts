import {
  extractMessagingToolSend,
  extractMessagingToolSendResult,
  extractToolResultMediaArtifact,
  isDeliveredMessagingToolResult,
  isMessagingTool,
  isMessagingToolSendAction,
} from "openclaw/plugin-sdk/agent-harness-runtime";
import type { AttemptParams, AttemptResult } from "./harness-types.ts";
import type { HostToolCallRecord } from "./openclaw-tools.ts";

/** What the host wants to know of its own tools when the attempt is over. */
export type OpenClawToolEvidence = Pick<
  AttemptResult,
  | "didSendViaMessagingTool"
  | "messagingToolSentTexts"
  | "messagingToolSentMediaUrls"
  | "messagingToolSentTargets"
  | "acceptedSessionSpawns"
  | "successfulCronAdds"
>;

export const NO_EVIDENCE: OpenClawToolEvidence = {
  didSendViaMessagingTool: false,
  messagingToolSentTexts: [],
  messagingToolSentMediaUrls: [],
  messagingToolSentTargets: [],
};

/** Reads the evidence from the calls that were carried out, as the host's own runner does from its own. */
export function evidenceOf(
  params: AttemptParams,
  calls: readonly HostToolCallRecord[],
): OpenClawToolEvidence {
  const succeeded = calls.filter(({ offered }) => !offered.isError);
  const sends = succeeded.filter(isDelivered);
  const spawns = succeeded.flatMap(spawnOf);
  const cronAdds = succeeded.filter(
    ({ toolName, input }) => toolName === "cron" && input["action"] === "add",
  );
  return {
    didSendViaMessagingTool: sends.length > 0,
    messagingToolSentTexts: sends.flatMap(({ input }) => textOf(input)),
    messagingToolSentMediaUrls: sends.flatMap(
      ({ result }) => extractToolResultMediaArtifact(result)?.mediaUrls ?? [],
    ),
    messagingToolSentTargets: sends.flatMap((call) => targetOf(params, call) ?? []),
    ...(spawns.length === 0 ? {} : { acceptedSessionSpawns: spawns }),
    ...(cronAdds.length === 0 ? {} : { successfulCronAdds: cronAdds.length }),
  };
}

function isDelivered({ toolName, input, result }: HostToolCallRecord): boolean {
  return (
    isMessagingTool(toolName) &&
    isMessagingToolSendAction(toolName, input) &&
    isDeliveredMessagingToolResult({ toolName, args: input, result })
  );
}

function textOf(input: Record<string, unknown>): string[] {
  const text = input["message"] ?? input["text"] ?? input["content"];
  return typeof text === "string" && text !== "" ? [text] : [];
}

function targetOf(
  params: AttemptParams,
  { toolName, input, result }: HostToolCallRecord,
): ReturnType<typeof extractMessagingToolSend> {
  const { config, currentChannelId, currentThreadTs } = params;
  const send = extractMessagingToolSend(toolName, input, {
    ...(config === undefined ? {} : { config }),
    ...(currentChannelId === undefined ? {} : { currentChannelId }),
    ...(currentThreadTs === undefined ? {} : { currentThreadId: currentThreadTs }),
  });
  return send === undefined ? undefined : extractMessagingToolSendResult(send, result);
}

type Spawn = NonNullable<AttemptResult["acceptedSessionSpawns"]>[number];

function spawnOf({ toolName, result }: HostToolCallRecord): Spawn[] {
  if (toolName !== "sessions_spawn") return [];
  const { details } = result ?? {};
  if (typeof details !== "object" || details === null) return [];
  const { status, runId, childSessionKey } = details as Record<string, unknown>;
  if (status !== "accepted" || typeof runId !== "string" || typeof childSessionKey !== "string") return [];
  return [{ runId, childSessionKey }];
}
