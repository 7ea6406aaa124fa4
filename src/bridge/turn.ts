import {
  offeredNameOf,
  type BeforeToolCall,
  type BeforeToolCallVerdict,
  type Effort,
  type OfferedCall,
  type OfferedContent,
  type OfferedResult,
  type OfferedTool,
  type OfferedTools,
  type PermissionRequest,
  type PromptImage,
  type QuestionAnswer,
  type QuestionRequest,
  type RetryNotice,
  type TurnUsage,
} from "../acp/acp-adapter.ts";
import type { TurnPurpose } from "../config/schema.ts";
import type { ContractorError } from "../errors/contractor-error.ts";
import type { TurnStep } from "./turn-timeline.ts";

export { offeredNameOf };
export type { OfferedCall, OfferedContent, OfferedResult, OfferedTool, OfferedTools };

/** What a person (or a schedule, or another agent) said, as the host handed it over. */
export type InboundMessage = {
  text: string;
  /** What the host knows about sender, group and quoted messages: other people's words, never instructions. */
  context: string | undefined;
  images: PromptImage[];
  /** Files that came with the message and are no images the agent can be shown. */
  attachments: InboundAttachment[];
};

export type InboundAttachment = {
  /** As the sender named it: untrusted. */
  name: string;
  mimeType: string | undefined;
  /** Absolute path of the host's own copy. */
  path: string;
};

/** One message of the conversation as OpenClaw keeps it. */
export type HistoryMessage = {
  role: "user" | "assistant";
  text: string;
  /** ISO timestamp; undefined when OpenClaw noted none. */
  at: string | undefined;
};

/** One OpenClaw turn. */
export type TurnRequest = {
  agentId: string;
  openclawSessionKey: string;
  /** OpenClaw's id of this life of the conversation: another one after each reset; undefined when it gives none. */
  lifecycle: string | undefined;
  /** What OpenClaw still has of this life of the conversation, oldest first. Read only when a session begins anew. */
  readHistory: () => Promise<HistoryMessage[]>;
  message: InboundMessage;
  /**
   * What a system prompt would have said for this turn: a group's own rules, the role of a sub-agent, the system message
   * of an HTTP client.
   */
  instructions: string | undefined;
  settings: TurnSettings;
  purpose: TurnPurpose;
  /** Claude Code's own tools that OpenClaw's policy leaves to this agent; undefined when nothing is restricted. */
  nativeTools: string[] | undefined;
  /** OpenClaw's own tools, as this turn may use them; null when the contractor is offered none. */
  openclawTools: OfferedTools | null;
  signal: AbortSignal;
  /** Epoch milliseconds after which the host takes the turn for failed; undefined when it sets no limit. */
  deadlineAt: number | undefined;
  /** True in a process that ends after this turn: nothing may be kept warm. */
  lastTurnOfProcess: boolean;
};

/** What a person chose for this conversation in OpenClaw. Null: nothing. */
export type TurnSettings = {
  /** Claude model by alias or id. */
  model: string | null;
  effort: Effort | null;
  fast: boolean | null;
};

/** The tools that a session is opened with. Those of OpenClaw are what a turn before had: each turn brings its own. */
export type SessionTools = Pick<TurnRequest, "nativeTools"> & {
  openclawTools: readonly OfferedTool[] | null;
};

/** How the turns of a conversation are taken; what is done beside them is done the same way. */
export type TurnChoices = Pick<TurnRequest, "settings"> & SessionTools;

/** One tool of Claude Code's own at work. */
export type ToolCallFact = {
  toolCallId: string;
  /** Claude Code's name of the tool, e.g. `Bash`, where the adapter tells it; else the ACP kind. */
  toolName: string;
  title: string;
  /** ACP tool kind: read, edit, execute, … */
  kind: string;
  input: unknown;
  status: "running" | "completed" | "failed";
  /** What it printed or returned, cut to a bounded length; undefined while it runs. */
  output: string | undefined;
  /** Refused by a person or a policy: it never began. */
  refused: boolean;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number | undefined;
  /** The tool whose subagent makes this call. */
  parentToolCallId: string | undefined;
};

/** ACP plan entry. */
export type PlanEntry = { content: string; status: "pending" | "in_progress" | "completed" };

/** What becomes visible while a turn runs. `text` is always the whole text so far. */
export type TurnEvent =
  | { type: "text"; delta: string; text: string }
  | { type: "reasoning"; delta: string; text: string }
  | { type: "reasoning-end" }
  | { type: "tool-start"; call: ToolCallFact }
  /** Every few seconds while a tool runs. */
  | { type: "tool-progress"; call: ToolCallFact; elapsedMs: number }
  | { type: "tool-end"; call: ToolCallFact }
  | { type: "plan"; entries: PlanEntry[] }
  | { type: "compaction"; phase: "start" | "end" }
  /** The endpoint refused a request; Claude Code tries again. */
  | { type: "retry"; notice: RetryNotice }
  /** All sessions that may run at once are busy; the turn gets the next one that is free. */
  | { type: "waiting"; busy: number }
  /** The turn's first update of any kind, and then at most one in a few seconds: the turn is alive. */
  | { type: "progress" };

/** `allow-always` holds for calls of the same kind in this Claude session, and never for shell commands. */
export type PermissionAnswer = "allow-once" | "allow-always" | "deny";

export type TurnObserver = {
  onEvent(event: TurnEvent): void;
  /** How far the turn has got, for whoever measures it. */
  onStep?(step: TurnStep): void;
  /** The turn has a session: it can be steered until `runTurn` settles. */
  onSteerable(steer: SteerTurn): void;
  /** Asked for every call, also for those that need no permission. */
  onBeforeToolCall(call: BeforeToolCall, signal: AbortSignal): Promise<BeforeToolCallVerdict>;
  onPermissionRequest(request: PermissionRequest, signal: AbortSignal): Promise<PermissionAnswer>;
  onQuestion(request: QuestionRequest, signal: AbortSignal): Promise<QuestionAnswer>;
};

/** False: it was not taken, and must be sent as a turn of its own. */
export type SteerTurn = (message: InboundMessage) => Promise<boolean>;

/** Everything that a turn had shown when it ended, however it ended. */
export type TurnRecord = {
  text: string;
  reasoning: string;
  toolCalls: ToolCallFact[];
  usage: TurnUsage | undefined;
  /** Tokens in the session's context, and how many fit; undefined when the adapter does not say. */
  contextTokens: number | undefined;
  contextWindow: number | undefined;
  /** US dollars that the session has cost so far. */
  sessionCostUsd: number | undefined;
  /** US dollars of this turn alone; undefined when the adapter reports no cost. */
  costUsd: number | undefined;
  /** The numbers of `usage` were counted from the text, because the adapter reports none. */
  usageEstimated: boolean;
  plan: PlanEntry[];
};

export type SettledTurn = TurnRecord &
  ({ kind: "completed"; claudeSessionId: string; warm: boolean } | { kind: "cancelled" });

export type FailedTurn = TurnRecord & {
  kind: "failed";
  error: ContractorError;
  /** The contractor had been given the prompt. */
  accepted: boolean;
  /** Claude had said or done something: nobody may send the prompt again. */
  acted: boolean;
  /**
   * Another model may take the turn: it was not given to the contractor and is not merely too early, or it was refused
   * for a limit before Claude did anything.
   */
  mayGoElsewhere: boolean;
};

export type TurnOutcome = SettledTurn | FailedTurn;

export function emptyTurnRecord(): TurnRecord {
  return {
    text: "",
    reasoning: "",
    toolCalls: [],
    usage: undefined,
    contextTokens: undefined,
    contextWindow: undefined,
    sessionCostUsd: undefined,
    costUsd: undefined,
    usageEstimated: false,
    plan: [],
  };
}
