import type { SessionUpdate, StopReason } from "@agentclientprotocol/sdk/unstable";
import {
  offeredNameOf,
  type OfferedCall,
  type OfferedContent,
  type OfferedResult,
  type OfferedTool,
  type OfferedTools,
} from "../loopback/offered-tools.ts";
import type { BeforeToolCall, BeforeToolCallVerdict } from "../loopback/tool-gate.ts";

/** What `initialize` said the agent can do; the turn asks these, never the adapter's name. */
export type AgentCapabilities = {
  agentName: string;
  agentVersion: string;
  resumeSession: boolean;
  loadSession: boolean;
  closeSession: boolean;
  /** Prompts may carry image blocks. */
  images: boolean;
  /** A session can be copied: `session/fork`. */
  forkSession: boolean;
  /** A running turn can be given another message: `_session/steering`. */
  steering: boolean;
  /** Updates of work in the background arrive between turns; where not, such work must not be begun at all. */
  backgroundUpdates: boolean;
};

/** Claude Code's session modes by their ACP ids. */
export type SessionModeId = "default" | "acceptEdits" | "plan" | "auto" | "bypassPermissions";

export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

/** What a session is set to before a turn. Null: what the session was opened with. */
export type SessionSettings = {
  mode: SessionModeId;
  /** A model's alias or id, as Claude Code knows it. */
  model: string | null;
  effort: Effort | null;
  fast: boolean | null;
};

export type SettingsReport = {
  /** What the agent cannot be set to; the turn goes on without it. */
  unsupported: Exclude<keyof SessionSettings, "mode">[];
};

/** An image as the host hands it over: base64 without a data URL prefix. */
export type PromptImage = { data: string; mimeType: string };

export type OpenSessionRequest = {
  /** Real path of the folder that Claude Code works in. */
  workspace: string;
  /** Appended to Claude Code's system prompt; given again at every resume, always byte for byte the same. */
  systemPromptAppend: string;
  /** Claude Code's own options (`_meta.claudeCode.options`): stable for as long as the process lives. */
  claudeOptions: ClaudeOptions;
  /** OpenClaw's tools as far as they are known; what a turn may use comes with its prompt. Without it there are none. */
  openclawTools?: readonly OfferedTool[] | null;
  /** Further MCP servers, for as long as the process lives. */
  mcpServers?: McpServerDefinition[];
};

/** A person's own MCP server, as ACP has it. */
export type McpServerDefinition =
  | { name: string; command: string; args: string[]; env: NameAndValue[] }
  | { type: "http" | "sse"; name: string; url: string; headers: NameAndValue[] };

export type NameAndValue = { name: string; value: string };

/** Options of the Claude Agent SDK that both adapters pass on: https://docs.claude.com/en/api/agent-sdk/typescript */
export type ClaudeOptions = {
  /** The only built-in tools that exist for this session. */
  tools?: string[];
  disallowedTools?: string[];
  /** Claude Code settings that go above those of files; hooks among them. */
  settings?: Record<string, unknown>;
  /** Which settings files are read; an empty list reads none. */
  settingSources?: ("user" | "project" | "local")[];
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
  /** Claude Code's name of the tool, where the adapter tells it; else the ACP kind. */
  toolName: string;
  kind: string;
  rawInput: unknown;
  /** What an edit would change, as far as the adapter shows it. */
  diffs: FileDiff[];
  locations: string[];
  options: PermissionOption[];
};

export type FileDiff = { path: string; oldText: string | null; newText: string };

/** Which of the request's options that is, is the adapter's affair: some of them mean more than their kind says. */
export type PermissionDecision = "allow" | "deny";

export { offeredNameOf };
export type {
  BeforeToolCall,
  BeforeToolCallVerdict,
  OfferedCall,
  OfferedContent,
  OfferedResult,
  OfferedTool,
  OfferedTools,
};

export type TurnUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
};

/** ACP's `elicitation/create`: Claude's AskUserQuestion, or a form of an MCP server. */
export type QuestionRequest = {
  message: string;
  toolCallId: string | undefined;
  /** JSON schema of an object whose properties are the fields; untrusted. */
  schema: unknown;
};

export type QuestionAnswer =
  | { action: "accept"; content: Record<string, string | number | boolean | string[]> }
  /** Nobody answered, or the person does not want to: the turn goes on without. */
  | { action: "decline" }
  /** The turn is being cancelled. */
  | { action: "cancel" };

/** The model's endpoint refused a request, and Claude Code is going to try again. */
export type RetryNotice = {
  /** HTTP status; undefined when there was no answer at all. */
  status: number | undefined;
  attempt: number;
  /** Milliseconds until the next attempt, where they are known. */
  delayMs: number | undefined;
};

export type PromptRequest = {
  text: string;
  images: PromptImage[];
  /** OpenClaw's tools that this turn may use; without them, what the session was opened with is refused. */
  openclawTools?: OfferedTools | null;
  signal: AbortSignal;
  onUpdate(update: SessionUpdate): void;
  /** Asked for every call of a tool, also for those that need no permission. */
  onBeforeToolCall(call: BeforeToolCall, signal: AbortSignal): Promise<BeforeToolCallVerdict>;
  onPermissionRequest(request: PermissionRequest, signal: AbortSignal): Promise<PermissionDecision>;
  onQuestion(request: QuestionRequest, signal: AbortSignal): Promise<QuestionAnswer>;
  onRetry(notice: RetryNotice): void;
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
  /** The agent's process; everything that Claude Code starts is below it. */
  readonly pid: number;
  readonly capabilities: AgentCapabilities;
  /** False once the process has ended or a turn did not settle: such a session must not be used again. */
  readonly usable: boolean;
  /** The agent's own slash commands, without the slash, as far as it has told them. */
  readonly commands: readonly string[];
  /** Work of an earlier turn goes on in the background: the process must not be ended for being idle. */
  readonly hasBackgroundWork: boolean;
  /** Applies what differs from what the session has. Rejects with `permission-mode-unsupported`. */
  configure(settings: SessionSettings): Promise<SettingsReport>;
  /** Gives the running turn another message. False when no turn runs or the agent cannot be steered: nothing was sent. */
  steer(message: { text: string; images: PromptImage[] }): Promise<boolean>;
  /** What the agent does between turns goes to this one listener; without one it is kept, bounded, until there is one. */
  onBetweenTurns(listener: BetweenTurnsListener): void;
  /** Resolves when the agent does nothing of its own; at once when it cannot tell. Before a prompt, and bounded by it. */
  quiet(signal: AbortSignal): Promise<void>;
  /** One turn. Rejects with `session-busy` while another one runs. Aborting the signal cancels the turn. */
  prompt(request: PromptRequest): Promise<PromptOutcome>;
  /** Ends the session and its whole process tree; idempotent. The conversation can still be resumed. */
  close(): Promise<void>;
};

export type BetweenTurnsListener = {
  onUpdate(update: SessionUpdate): void;
  /** A turn that the agent began by itself is over; what it said is complete. */
  onTurnEnd(): void;
};

/** Starts live sessions. `createSession` and `resumeSession` start one process each. */
export type AcpAdapter = {
  createSession(request: OpenSessionRequest): Promise<AgentSession>;
  /** Rejects with `agent-session-lost` only when the agent itself says that the id is unknown. */
  resumeSession(request: OpenSessionRequest & { sessionId: string }): Promise<AgentSession>;
  /** A copy of a session, with an id of its own; the original is not touched. Rejects with `agent-protocol` where it cannot. */
  forkSession(request: OpenSessionRequest & { sessionId: string }): Promise<AgentSession>;
};
