import { methods } from "@agentclientprotocol/sdk/unstable";
import { ContractorError } from "../errors/contractor-error.ts";
import type { AgentConnection } from "./agent-connection.ts";
import { reopenSession } from "./reopen-session.ts";
import type { SessionOpening } from "./session-settings.ts";

/** `params`: what all opening requests have in common. */
export type OpeningRequest = { params: Record<string, unknown>; deadlineMs: number };

/** Opens a session on a connected agent. */
export type Opening = (connection: AgentConnection, opening: OpeningRequest) => Promise<SessionOpening>;

export const newSession: Opening = (connection, { params, deadlineMs }) =>
  connection.request(methods.agent.session.new, params, deadlineMs);

export function resumedSession(sessionId: string): Opening {
  return (connection, opening) => reopenSession(connection, { sessionId, ...opening });
}

export function forkedSession(sessionId: string): Opening {
  return (connection, { params, deadlineMs }) => {
    if (connection.initialized.agentCapabilities?.sessionCapabilities?.fork) {
      return connection.request(methods.agent.session.fork, { sessionId, ...params }, deadlineMs);
    }
    throw new ContractorError("agent-protocol", {
      message: "The ACP agent can not copy a session.",
      mend: "Use an adapter that can, or ask in a conversation of its own.",
    });
  };
}
