import { methods } from "@agentclientprotocol/sdk/unstable";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AgentConnection } from "./agent-connection.ts";
import type { SessionOpening } from "./session-settings.ts";

/** `params`: of the opening requests, without the session's id. */
type Reopening = { sessionId: string; params: Record<string, unknown>; deadlineMs: number };

/**
 * Opens a session that an earlier process has had. `session/resume` restores silently; `session/load`, which replays the
 * whole history as updates, is the second rung: for agents without the first, and where the first failed for a reason
 * that the agent could not name.
 * When both fail, what the agent said most clearly is reported: that the session is unknown, else the first failure.
 */
export async function reopenSession(
  connection: AgentConnection,
  reopening: Reopening,
): Promise<SessionOpening> {
  const capabilities = connection.initialized.agentCapabilities;
  const canLoad = capabilities?.loadSession ?? false;
  if (!capabilities?.sessionCapabilities?.resume) {
    if (canLoad) return reopenBy(methods.agent.session.load, { connection, reopening });
    throw cannotReopen();
  }
  try {
    return await reopenBy(methods.agent.session.resume, { connection, reopening });
  } catch (failure) {
    if (!canLoad || !isUnclear(failure)) throw failure;
    return reopenBy(methods.agent.session.load, { connection, reopening }).catch((second: unknown) => {
      throw isLost(second) ? second : failure;
    });
  }
}

async function reopenBy(
  method: string,
  { connection, reopening }: { connection: AgentConnection; reopening: Reopening },
): Promise<SessionOpening> {
  const { sessionId, params, deadlineMs } = reopening;
  // An agent may answer `session/load` with nothing at all.
  const reopened = await connection.request<Partial<SessionOpening> | null>(
    method,
    { sessionId, ...params },
    deadlineMs,
  );
  return { ...reopened, sessionId };
}

/** Also for an agent that names a method which it does not know. */
function isUnclear(failure: unknown): boolean {
  return (
    ContractorError.isInstance(failure) &&
    (failure.code === "agent-failed" || failure.code === "agent-protocol")
  );
}

function isLost(failure: unknown): boolean {
  return ContractorError.isInstance(failure) && failure.code === "agent-session-lost";
}

function cannotReopen(): ContractorError {
  return new ContractorError("agent-protocol", {
    message: "The ACP agent can neither resume nor load a session.",
    mend: "Use an adapter that can, or run the contractor with --mode oneshot.",
  });
}
