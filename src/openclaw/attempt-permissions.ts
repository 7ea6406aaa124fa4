import type { PermissionDecision, PermissionRequest } from "../acp/acp-adapter.ts";
import { withoutControlCharacters } from "../bridge/input-filter.ts";
import type { AttemptParams } from "./harness-types.ts";

/** How long a person has to answer before the request counts as refused. */
const APPROVAL_TIMEOUT_MS = 10 * 60_000;
const TITLE_LIMIT = 120;
const DETAIL_LIMIT = 4_000;

/**
 * Asks a person, through OpenClaw's approvals, whether Claude Code may use a tool once. No answer, no approval client
 * and an ended turn all mean no.
 */
export async function askForPermission(
  params: AttemptParams,
  request: PermissionRequest,
  signal: AbortSignal,
): Promise<PermissionDecision> {
  const { hostCapabilities } = params;
  const evidence = evidenceOf(request);
  const cancelled = params.abortSignal ? AbortSignal.any([signal, params.abortSignal]) : signal;
  const asked = await hostCapabilities.requestApproval({
    title: clean(request.title, TITLE_LIMIT),
    description: clean(evidence, 500),
    detail: clean(evidence, DETAIL_LIMIT),
    severity: request.kind === "read" || request.kind === "search" ? "info" : "warning",
    toolName: `claude-code:${request.kind}`,
    toolCallId: request.toolCallId,
    allowedDecisions: ["allow-once", "deny"],
    timeoutMs: APPROVAL_TIMEOUT_MS,
    signal: cancelled,
  });
  const decision = asked?.decision ?? (await decisionOf(params, { id: asked?.id, signal: cancelled }));
  if (decision !== "allow-once" || cancelled.aborted) return null;
  hostCapabilities.assertActive();
  return request.options.find((option) => option.kind === "allow_once")?.optionId ?? null;
}

async function decisionOf(
  params: AttemptParams,
  approval: { id: string | undefined; signal: AbortSignal },
): Promise<string | null> {
  if (approval.id === undefined) return null;
  const answered = await params.hostCapabilities.waitForApproval({
    approvalId: approval.id,
    timeoutMs: APPROVAL_TIMEOUT_MS,
    signal: approval.signal,
  });
  return answered?.decision ?? null;
}

/** What a person must see to judge: the command or the input, and every path that it touches. */
function evidenceOf(request: PermissionRequest): string {
  const input = typeof request.rawInput === "object" && request.rawInput !== null ? request.rawInput : {};
  const command = "command" in input && typeof input.command === "string" ? input.command : undefined;
  const what = command ?? JSON.stringify(input, null, 1);
  const where = request.locations.length === 0 ? "" : `\nPaths: ${request.locations.join(", ")}`;
  return `${what}${where}`;
}

/** Marks that turn the direction of text can make a command read as another one. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function clean(text: string, limit: number): string {
  const harmless = withoutControlCharacters(text).replaceAll(DIRECTION_MARKS, "").trim();
  return harmless.length <= limit ? harmless : `${harmless.slice(0, limit - 1)}…`;
}
