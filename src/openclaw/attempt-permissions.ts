import type { PermissionRequest } from "../acp/acp-adapter.ts";
import { mayBeGrantedForGood } from "../bridge/permission-grants.ts";
import type { PermissionAnswer } from "../bridge/turn.ts";
import type { AttemptParams } from "./harness-types.ts";
import { permissionEvidenceOf } from "./permission-evidence.ts";
import { plainLine } from "./plain-text.ts";

const NAME_LIMIT = 100;

/** `waitMs`: how long a person has; not more than the host allows, which is ten minutes. */
export type Asking = { signal: AbortSignal; waitMs: number };

/**
 * Asks a person, through OpenClaw's approvals, whether Claude Code may use a tool. No answer, no approval client and an
 * ended turn all mean no.
 */
export async function askForPermission(
  params: AttemptParams,
  request: PermissionRequest,
  { signal, waitMs }: Asking,
): Promise<PermissionAnswer> {
  const { hostCapabilities } = params;
  if (signal.aborted || waitMs < 1) return "deny";
  const toolCallId = plainLine(request.toolCallId, NAME_LIMIT);
  const asked = await hostCapabilities.requestApproval({
    ...permissionEvidenceOf(request),
    toolName: plainLine(`claude-code:${request.toolName || request.kind}`, NAME_LIMIT),
    ...(toolCallId === "" ? {} : { toolCallId }),
    allowedDecisions: mayBeGrantedForGood(request)
      ? ["allow-once", "allow-always", "deny"]
      : ["allow-once", "deny"],
    timeoutMs: waitMs,
    signal,
  });
  const decision = asked?.decision ?? (await decisionOf(params, { id: asked?.id, signal, waitMs }));
  if (isAborted(signal)) return "deny";
  hostCapabilities.assertActive();
  if (decision === "allow-always") return mayBeGrantedForGood(request) ? "allow-always" : "deny";
  return decision === "allow-once" ? "allow-once" : "deny";
}

/** A function, because the compiler cannot see that a signal aborts while somebody awaits. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function decisionOf(
  params: AttemptParams,
  { id, signal, waitMs }: Asking & { id: string | undefined },
): Promise<string | null> {
  if (id === undefined) return null;
  const answered = await params.hostCapabilities.waitForApproval({
    approvalId: id,
    timeoutMs: waitMs,
    signal,
  });
  return answered?.decision ?? null;
}
