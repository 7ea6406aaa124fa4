import type { GatedProcess, ToolGate } from "../loopback/tool-gate.ts";
import type { AcpAdapter, AgentSession, OpenSessionRequest } from "./acp-adapter.ts";
import type { AgentLaunch } from "./adapter-launch.ts";
import { createAgentActivity } from "./agent-activity.ts";
import { capabilitiesOf } from "./agent-capabilities.ts";
import { connectAgent, type AgentCallbacks, type AgentConnection } from "./agent-connection.ts";
import { createAgentSession, type AgentSessionTimings, type SessionParts } from "./agent-session.ts";
import { createBetweenTurns } from "./between-turns.ts";
import { createCommandList } from "./command-list.ts";
import { createLogReader } from "./log-reader.ts";
import { mergeSettings } from "./merge-settings.ts";
import { forkedSession, newSession, resumedSession, type Opening } from "./open-session.ts";
import { openingParams } from "./opening-params.ts";
import { createSessionSettings, type SessionSettingsControl } from "./session-settings.ts";
import { writeSettingsFile } from "./settings-file.ts";
import { createTurnRouter } from "./turn-router.ts";

export type AcpAdapterTimings = AgentSessionTimings & {
  initializeMs: number;
  /** For `session/new`, `session/resume`, `session/load` and `session/fork`. */
  openSessionMs: number;
};

export const DEFAULT_TIMINGS: AcpAdapterTimings = {
  initializeMs: 30_000,
  openSessionMs: 60_000,
  cancelGraceMs: 5_000,
  closeGraceMs: 2_000,
};

export type AcpAdapterOptions = {
  /** Asks about every call of a tool before it begins; without one, only what the agent itself wants permission for. */
  gate?: ToolGate;
  timings?: AcpAdapterTimings;
};

/** The adapter over any ACP agent program. Each session gets a process of its own. */
export function createAcpAdapter(launch: AgentLaunch, options: AcpAdapterOptions = {}): AcpAdapter {
  const { gate, timings = DEFAULT_TIMINGS } = options;
  const needs = launch.needs ?? {};

  async function open(request: OpenSessionRequest, opening: Opening): Promise<AgentSession> {
    const gated = await gate?.open(needs.gateTransport ?? "http");
    try {
      return await openGated(request, { opening, gated });
    } catch (error) {
      await gated?.close();
      throw error;
    }
  }

  async function openGated(
    request: OpenSessionRequest,
    { opening, gated }: { opening: Opening; gated: GatedProcess | undefined },
  ): Promise<AgentSession> {
    const settings = mergeSettings(request.claudeOptions.settings, launch.settings, gated?.settings);
    const parts = createParts(gated);
    const connection = await connectAgent(
      {
        launch: { ...launch, environment: { ...launch.environment, ...gated?.environment } },
        workingDirectory: request.workspace,
        initializeMs: timings.initializeMs,
      },
      parts.callbacks,
    );
    void connection.process.ended.then(() => gated?.close());
    try {
      gated?.tools.expect(request.openclawTools ?? []);
      const params = openingParams(request, {
        ...{ needs, toolServer: gated?.mcpServer },
        settings: launch.settingsFolder ? await writeSettingsFile(launch.settingsFolder, settings) : settings,
      });
      return await parts.open(connection, (agent) =>
        opening(agent, { params, deadlineMs: timings.openSessionMs }),
      );
    } catch (error) {
      await connection.terminate(timings.closeGraceMs);
      throw error;
    }
  }

  /** Everything around one session that must be there before its agent says its first word. */
  function createParts(gated: GatedProcess | undefined): {
    callbacks: AgentCallbacks;
    open(
      connection: AgentConnection,
      opening: (connection: AgentConnection) => ReturnType<Opening>,
    ): Promise<AgentSession>;
  } {
    const between = createBetweenTurns();
    const router = createTurnRouter(between);
    const activity = createAgentActivity(router, between);
    const commands = createCommandList({ losesUnknown: needs.losesUnknownCommands ?? false });
    const log = needs.debugLog ? createLogReader() : undefined;
    let settings: SessionSettingsControl | undefined;
    return {
      callbacks: {
        onPermissionRequest: router.onPermissionRequest,
        onElicitation: router.onElicitation,
        onSign: activity.onSign,
        onStderrLine: log?.read,
        onUpdate({ update }) {
          commands.onUpdate(update);
          settings?.onUpdate(update);
          router.onUpdate(update);
        },
      },
      async open(connection, opening) {
        const opened = await opening(connection);
        settings = createSessionSettings(connection, opened);
        await settings.askBeforeActing();
        const capabilities = capabilitiesOf(connection.initialized);
        if (capabilities.backgroundUpdates) between.start();
        const { sessionId } = opened;
        const session: SessionParts = {
          ...{ sessionId, connection, capabilities, router, between, activity, commands, settings },
          ...{ gated, log, timings },
        };
        return createAgentSession(session);
      },
    };
  }

  return {
    createSession: (request) => open(request, newSession),
    resumeSession: (request) => open(request, resumedSession(request.sessionId)),
    forkSession: (request) => open(request, forkedSession(request.sessionId)),
  };
}
