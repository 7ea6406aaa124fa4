import {
  methods,
  type InitializeResponse,
  type NewSessionResponse,
  type SessionModeState,
} from "@agentclientprotocol/sdk/unstable";
import type { AcpAdapter, AgentCapabilities, AgentSession, OpenSessionRequest } from "./acp-adapter.ts";
import type { AgentLaunch } from "./adapter-launch.ts";
import { connectAgent, type AgentConnection } from "./agent-connection.ts";
import { createAgentSession, type AgentSessionTimings } from "./agent-session.ts";
import { openingParams } from "./opening-params.ts";
import { reopenSession } from "./reopen-session.ts";
import { createTurnRouter } from "./turn-router.ts";

export type AcpAdapterTimings = AgentSessionTimings & {
  initializeMs: number;
  /** For `session/new`, `session/resume` and `session/load`. */
  openSessionMs: number;
};

export const DEFAULT_TIMINGS: AcpAdapterTimings = {
  initializeMs: 30_000,
  openSessionMs: 60_000,
  cancelGraceMs: 5_000,
  closeGraceMs: 2_000,
};

/** Opens a session on a connected agent; resolves to its id and modes. */
type Opening = (
  connection: AgentConnection,
) => Promise<{ sessionId: string; modes: SessionModeState | null }>;

/** The adapter over any ACP agent program. Each session gets a process of its own. */
export function createAcpAdapter(
  launch: AgentLaunch,
  timings: AcpAdapterTimings = DEFAULT_TIMINGS,
): AcpAdapter {
  async function open(request: OpenSessionRequest, opening: Opening): Promise<AgentSession> {
    const router = createTurnRouter();
    const connection = await connectAgent(
      { launch, workingDirectory: request.workspace, initializeMs: timings.initializeMs },
      router,
    );
    try {
      const { sessionId, modes } = await opening(connection);
      await askBeforeActing(connection, { sessionId, modes });
      const capabilities = capabilitiesOf(connection.initialized);
      return createAgentSession({ sessionId, connection, capabilities, router, timings });
    } catch (error) {
      await connection.terminate(timings.closeGraceMs);
      throw error;
    }
  }

  return {
    createSession: (request) =>
      open(request, async (connection) => {
        const params = openingParams(request);
        const created = await connection.request<NewSessionResponse>(
          methods.agent.session.new,
          params,
          timings.openSessionMs,
        );
        return { sessionId: created.sessionId, modes: created.modes ?? null };
      }),
    resumeSession: (request) =>
      open(request, (connection) =>
        reopenSession(connection, { request, deadlineMs: timings.openSessionMs }),
      ),
  };
}

/**
 * A person's own Claude settings may start every session in a mode that asks nobody. Behind a chat, that is never
 * the default: the session is put into the asking mode where the agent has modes.
 */
async function askBeforeActing(
  connection: AgentConnection,
  session: { sessionId: string; modes: SessionModeState | null },
): Promise<void> {
  const { sessionId, modes } = session;
  if (modes === null || modes.currentModeId === "default") return;
  if (!modes.availableModes.some((mode) => mode.id === "default")) return;
  await connection.request(methods.agent.session.setMode, { sessionId, modeId: "default" }, 10_000);
}

function capabilitiesOf(initialized: InitializeResponse): AgentCapabilities {
  const { agentCapabilities, agentInfo } = initialized;
  return {
    agentName: agentInfo?.name ?? "unknown",
    agentVersion: agentInfo?.version ?? "unknown",
    resumeSession: Boolean(agentCapabilities?.sessionCapabilities?.resume),
    loadSession: agentCapabilities?.loadSession ?? false,
    closeSession: Boolean(agentCapabilities?.sessionCapabilities?.close),
    images: agentCapabilities?.promptCapabilities?.image ?? false,
  };
}
