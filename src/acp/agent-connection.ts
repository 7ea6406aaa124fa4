import {
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type ClientConnection,
  type CreateElicitationRequest,
  type CreateElicitationResponse,
  type InitializeResponse,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionNotification,
} from "@agentclientprotocol/sdk/unstable";
import { agentFailure } from "../errors/agent-failure.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { startAgentProcess, type AgentProcess } from "../process/agent-process.ts";
import type { AgentLaunch } from "./adapter-launch.ts";
import { processEnd, type ProcessEnd } from "./process-end.ts";
import { withDeadline } from "./deadline.ts";
import { orderedMessages } from "./ordered-messages.ts";
import { readSdkMessage, SDK_MESSAGE_METHOD, type SdkSign } from "./sdk-message.ts";

/** What the agent may tell us and ask of us, at any time from its start on. */
export type AgentCallbacks = {
  onUpdate(notification: SessionNotification): void;
  onPermissionRequest(
    request: RequestPermissionRequest,
    signal: AbortSignal,
  ): Promise<RequestPermissionResponse>;
  onElicitation(request: CreateElicitationRequest, signal: AbortSignal): Promise<CreateElicitationResponse>;
  onSign: (sign: SdkSign) => void;
  /** As `AgentProcessOptions` has it. */
  onStderrLine: ((line: string) => boolean) | undefined;
};

export type AgentConnection = {
  readonly process: AgentProcess;
  readonly initialized: InitializeResponse;
  readonly signal: AbortSignal;
  /**
   * One request to the agent. A failure becomes a classified `ContractorError` that carries the agent's own words; the
   * process's end and the deadline do as well.
   */
  request<Response>(method: string, params: unknown, deadlineMs?: number): Promise<Response>;
  notify(method: string, params: unknown): Promise<void>;
  terminate(graceMs: number): Promise<void>;
};

/** Starts an agent process and completes `initialize`. On failure nothing is left running. */
export async function connectAgent(
  options: { launch: AgentLaunch; workingDirectory: string; initializeMs: number },
  callbacks: AgentCallbacks,
): Promise<AgentConnection> {
  const agentProcess = await startAgentProcess({
    command: options.launch.command,
    args: options.launch.args,
    environment: options.launch.environment,
    lease: options.launch.lease,
    workingDirectory: options.workingDirectory,
    onStderrLine: callbacks.onStderrLine,
  });
  const end = processEnd(agentProcess.ended);
  const channel = openChannel(agentProcess, callbacks);
  try {
    const initialized = await initialize({ agentProcess, end }, channel, options.initializeMs);
    return connectionOf({ agentProcess, end }, channel, initialized);
  } catch (error) {
    channel.close();
    await agentProcess.terminate(500);
    throw error;
  }
}

function openChannel(agentProcess: AgentProcess, callbacks: AgentCallbacks): ClientConnection {
  return (
    client({ name: "openclaw-contractor-agent" })
      .onNotification(methods.client.session.update, ({ params }) => {
        callbacks.onUpdate(params);
      })
      .onRequest(methods.client.session.requestPermission, ({ params, signal }) =>
        callbacks.onPermissionRequest(params, signal),
      )
      .onRequest(methods.client.elicitation.create, ({ params, signal }) =>
        callbacks.onElicitation(params, signal),
      )
      .onNotification(SDK_MESSAGE_METHOD, readSdkMessage, ({ params: sign }) => {
        if (sign !== null) callbacks.onSign(sign);
      })
      // Adapters send notifications of their own (`_auth/status_update`, …); they are not for us.
      .onNotification("*", () => undefined)
      .connect(orderedMessages(ndJsonStream(agentProcess.input, agentProcess.output)))
  );
}

type Watched = { agentProcess: AgentProcess; end: ProcessEnd };

async function initialize(
  watched: Watched,
  channel: ClientConnection,
  deadlineMs: number,
): Promise<InitializeResponse> {
  const initialized = await guarded<InitializeResponse>(
    { ...watched, what: "initialize", deadlineMs },
    channel.agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      clientInfo: { name: "openclaw-contractor-agent", version: "1" },
      // Claude has its AskUserQuestion only where somebody can be asked.
      clientCapabilities: { elicitation: { form: {} } },
    }),
  ).catch((failure: unknown) => {
    throw notStarted(failure);
  });
  if (initialized.protocolVersion === PROTOCOL_VERSION) return initialized;
  throw new ContractorError("agent-protocol", {
    message: `The ACP agent speaks protocol version ${initialized.protocolVersion}; this plugin speaks ${PROTOCOL_VERSION}.`,
    mend: "Use the adapter version that comes with the plugin.",
  });
}

/** An agent that cannot even begin says nothing about any session: "not found" here must not count as one that is gone. */
function notStarted(failure: unknown): unknown {
  if (!ContractorError.isInstance(failure)) return failure;
  if (failure.code !== "agent-failed" && failure.code !== "agent-session-lost") return failure;
  return new ContractorError("adapter-start-failed", {
    message: failure.message,
    mend: "Send the message again; if it happens again, look at the Gateway's log.",
    cause: failure,
  });
}

function connectionOf(
  watched: Watched,
  channel: ClientConnection,
  initialized: InitializeResponse,
): AgentConnection {
  const { agentProcess } = watched;
  return {
    process: agentProcess,
    initialized,
    signal: channel.signal,
    request: (method, params, deadlineMs) =>
      guarded({ ...watched, what: method, deadlineMs }, channel.agent.request(method, params)),
    notify: (method, params) => channel.agent.notify(method, params),
    async terminate(graceMs) {
      await agentProcess.terminate(graceMs);
      channel.close();
    },
  };
}

/** Settles with the request, the process's end or the deadline, whichever comes first. */
async function guarded<Response>(
  context: Watched & { what: string; deadlineMs?: number | undefined },
  request: Promise<Response>,
): Promise<Response> {
  const { agentProcess, end, what, deadlineMs } = context;
  const died = Promise.withResolvers<never>();
  const stopListening = end.listen((how) => {
    died.reject(crashed(agentProcess, { how, what }));
  });
  // Whichever loses the race is settled quietly.
  died.promise.catch(() => undefined);
  const answer = request.catch(async (cause: unknown): Promise<never> => {
    throw await settleFailure(agentProcess, { what, cause });
  });
  answer.catch(() => undefined);
  try {
    return await withDeadline(Promise.race([answer, died.promise]), { deadlineMs, what });
  } finally {
    stopListening();
  }
}

/** A request that failed because the process died is reported as the death; that news may come a moment later. */
async function settleFailure(
  agentProcess: AgentProcess,
  failure: { what: string; cause: unknown },
): Promise<ContractorError> {
  const classified = agentFailure(failure.cause, { during: failure.what });
  if (classified.code !== "agent-protocol") return classified;
  const how = await Promise.race([
    agentProcess.ended,
    new Promise<undefined>((resolve) => setTimeout(resolve, 250, undefined)),
  ]);
  return how === undefined ? classified : crashed(agentProcess, { how, ...failure });
}

function crashed(
  agentProcess: AgentProcess,
  end: { how: string; what: string; cause?: unknown },
): ContractorError {
  return new ContractorError("adapter-crashed", {
    message: `The ACP adapter ${end.how} during ${end.what}.${quoted(agentProcess.stderrTail())}`,
    mend: "Send the message again; the conversation is resumed in a new process.",
    retryable: true,
    cause: end.cause,
  });
}

function quoted(stderr: string): string {
  const lastLine = stderr.split("\n").at(-1)?.trim();
  return lastLine ? ` Its last words: ${lastLine.slice(0, 300)}` : "";
}
