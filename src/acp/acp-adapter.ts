import type { SessionUpdate, StopReason } from "@agentclientprotocol/sdk/unstable";

/** What `initialize` said the agent can do; the turn asks these, never the adapter's name. */
export type AgentCapabilities = {
  agentName: string;
  agentVersion: string;
  resumeSession: boolean;
  loadSession: boolean;
  closeSession: boolean;
  /** Prompts may carry image blocks. */
  images: boolean;
};

/** An image as the host hands it over: base64 without a data URL prefix. */
export type PromptImage = { data: string; mimeType: string };

export type OpenSessionRequest = {
  /** Real path of the folder that Claude Code works in. */
  workspace: string;
  /** Appended to Claude Code's system prompt; given again at every resume, always byte for byte the same. */
  systemPromptAppend: string;
};

export type PermissionOption = {
  optionId: string;
  kind: "allow_once" | "allow_always" | "reject_once" | "reject_always";
  name: string;
};

export type PermissionRequest = {
  toolCallId: string;
  /** As the agent sent it: untrusted text. */
  title: string;
  kind: string;
  rawInput: unknown;
  locations: string[];
  options: PermissionOption[];
};

/** The id of the chosen option, or null to refuse. */
export type PermissionDecision = string | null;

export type TurnUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
};

export type PromptRequest = {
  text: string;
  images: PromptImage[];
  signal: AbortSignal;
  onUpdate(update: SessionUpdate): void;
  onPermissionRequest(request: PermissionRequest, signal: AbortSignal): Promise<PermissionDecision>;
};

export type PromptOutcome = {
  stopReason: StopReason;
  /** Absent when the agent reports none. */
  usage?: TurnUsage;
};

/**
 * One Claude session, live in a process of its own.
 * Errors of every method are `ContractorError`s with the codes `adapter-*` and `agent-*`.
 */
export type AgentSession = {
  readonly sessionId: string;
  readonly capabilities: AgentCapabilities;
  /** False once the process has ended or a turn did not settle: such a session must not be used again. */
  readonly usable: boolean;
  /** One turn. Rejects with `session-busy` while another one runs. Aborting the signal cancels the turn. */
  prompt(request: PromptRequest): Promise<PromptOutcome>;
  /** Ends the session and its whole process tree; idempotent. The conversation can still be resumed. */
  close(): Promise<void>;
};

/** Starts live sessions. `createSession` and `resumeSession` start one process each. */
export type AcpAdapter = {
  createSession(request: OpenSessionRequest): Promise<AgentSession>;
  /** Rejects with `agent-session-lost` only when the agent itself says that the id is unknown. */
  resumeSession(request: OpenSessionRequest & { sessionId: string }): Promise<AgentSession>;
};
