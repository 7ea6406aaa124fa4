import type {
  PermissionOption as AcpPermissionOption,
  RequestPermissionRequest,
  RequestPermissionResponse,
  ToolCallContent,
  ToolCallUpdate,
} from "@agentclientprotocol/sdk/unstable";
import { z } from "zod";
import type { FileDiff, PermissionDecision, PermissionRequest } from "./acp-adapter.ts";

export const CANCELLED: RequestPermissionResponse = { outcome: { outcome: "cancelled" } };

/** Of a plan that is to be carried out: back into the asking mode. Every other yes of that request asks less from then on. */
const LEAVE_PLAN_MODE = ["exit-plan-default", "default"];
const CHANGES_MODE = /bypass|auto|accept|clear/i;

const claudeMeta = z.object({ claudeCode: z.object({ toolName: z.string() }) });

/** An adapter may leave out of a permission request what it has told of the call before: `known`. */
export function permissionRequestOf(
  request: RequestPermissionRequest,
  known: ToolCallUpdate | undefined,
): PermissionRequest {
  const toolCall = mergedCall(known, request.toolCall);
  const kind = toolCall.kind ?? "other";
  return {
    toolCallId: toolCall.toolCallId,
    title: toolCall.title ?? toolCall.name ?? "a tool",
    toolName: toolNameOf(request.toolCall) ?? toolNameOf(known) ?? kind,
    kind,
    rawInput: toolCall.rawInput,
    diffs: [request.toolCall.content, known?.content].map(diffsOf).find(({ length }) => length > 0) ?? [],
    locations: (toolCall.locations ?? []).map((location) => location.path),
    options: request.options.map(({ optionId, kind, name }) => ({ optionId, kind, name })),
  };
}

/**
 * The option that means the decision and nothing else. An agent's "always" is never chosen: it may write rules to disk, or
 * change the mode. Without a fitting option the request is cancelled, which never lets the tool run.
 */
export function responseTo(
  decision: PermissionDecision,
  options: AcpPermissionOption[],
): RequestPermissionResponse {
  const optionId = decision === "allow" ? allowanceIn(options) : refusalIn(options);
  return optionId === undefined ? CANCELLED : { outcome: { outcome: "selected", optionId } };
}

/** What was known of a call, with what is told of it now. */
export function mergedCall(known: ToolCallUpdate | undefined, told: ToolCallUpdate): ToolCallUpdate {
  const changes = Object.entries(told).filter(([, value]) => value !== undefined && value !== null);
  const merged = { ...known, ...Object.fromEntries(changes), toolCallId: told.toolCallId };
  const name = toolNameOf(told) ?? toolNameOf(known);
  return name === undefined ? merged : { ...merged, name };
}

function allowanceIn(options: AcpPermissionOption[]): string | undefined {
  const once = options.filter(({ kind, optionId }) => kind === "allow_once" && !CHANGES_MODE.test(optionId));
  const safest = once.find(({ optionId }) => LEAVE_PLAN_MODE.includes(optionId)) ?? once[0];
  return safest?.optionId;
}

function refusalIn(options: AcpPermissionOption[]): string | undefined {
  const refusal =
    options.find(({ kind }) => kind === "reject_once") ??
    options.find(({ kind }) => kind === "reject_always");
  return refusal?.optionId;
}

function toolNameOf(call: ToolCallUpdate | undefined): string | undefined {
  const meta = claudeMeta.safeParse(call?._meta);
  return meta.success ? meta.data.claudeCode.toolName : (call?.name ?? undefined);
}

function diffsOf(content: ToolCallContent[] | null | undefined): FileDiff[] {
  return (content ?? []).flatMap((part) =>
    part.type === "diff" ? [{ path: part.path, oldText: part.oldText ?? null, newText: part.newText }] : [],
  );
}
