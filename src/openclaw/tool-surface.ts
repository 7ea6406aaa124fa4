import { buildEmbeddedAttemptToolRunContext } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { AttemptParams } from "./harness-types.ts";

type CreateToolSurface = NonNullable<AttemptParams["hostCapabilities"]["createToolSurface"]>;
export type ToolSurfaceOptions = Parameters<CreateToolSurface>[0];
/** A tool of OpenClaw's, bound by the host to this turn's authority: its policy and hooks run with each call. */
export type HostTool = ReturnType<CreateToolSurface>[number];

/** What the host's own attempt hands over to build its tools, as far as they or their policy look at it. */
export function surfaceOptionsOf(
  params: AttemptParams,
  families: Pick<
    NonNullable<NonNullable<ToolSurfaceOptions>["toolConstructionPlan"]>,
    "includeBaseCodingTools" | "includeShellTools" | "includeChannelTools" | "includePluginTools"
  >,
): ToolSurfaceOptions {
  return {
    ...buildEmbeddedAttemptToolRunContext(params),
    config: params.config,
    agentId: params.agentId,
    policyAgentId: params.sandboxAgentId ?? params.agentId,
    agentDir: params.agentDir,
    sessionKey: params.sandboxSessionKey ?? params.sessionKey,
    runSessionKey: params.sessionKey,
    sessionId: params.sessionId,
    runId: params.runId,
    messageProvider: params.messageProvider ?? params.messageChannel,
    messageChannel: params.messageChannel,
    modelProvider: params.provider,
    modelId: params.modelId,
    modelHasVision: true,
    workspaceDir: params.workspaceDir,
    cwd: params.cwd,
    inputProvenance: params.inputProvenance,
    trustedInternalHandoff: params.trustedInternalHandoff,
    toolConstructionPlan: { includeOpenClawTools: true, ...families },
  };
}
