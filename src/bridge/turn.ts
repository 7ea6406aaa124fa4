import type { PermissionDecision, PermissionRequest, PromptImage, TurnUsage } from "../acp/acp-adapter.ts";
import type { ContractorError } from "../errors/contractor-error.ts";

/** What a person (or a schedule, or another agent) said, as the host handed it over. */
export type InboundMessage = {
  text: string;
  /** What the host knows about sender, group and quoted messages: other people's words, never instructions. */
  context: string | undefined;
  images: PromptImage[];
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
  signal: AbortSignal;
  /** True in a process that ends after this turn: nothing may be kept warm. */
  lastTurnOfProcess: boolean;
};

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
};

/** What becomes visible while a turn runs. `text` is always the whole text so far. */
export type TurnEvent =
  | { type: "text"; delta: string; text: string }
  | { type: "reasoning"; delta: string; text: string }
  | { type: "reasoning-end" }
  | { type: "tool-start"; call: ToolCallFact }
  | { type: "tool-end"; call: ToolCallFact };

export type TurnObserver = {
  onEvent(event: TurnEvent): void;
  onPermissionRequest(request: PermissionRequest, signal: AbortSignal): Promise<PermissionDecision>;
};

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
};

export type SettledTurn = TurnRecord &
  ({ kind: "completed"; claudeSessionId: string; warm: boolean } | { kind: "cancelled" });

export type FailedTurn = TurnRecord & {
  kind: "failed";
  error: ContractorError;
  /** The contractor had been given the prompt, so nobody may send it again. */
  accepted: boolean;
  /** Another model may take the turn: it was not given to the contractor, and is not merely too early. */
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
  };
}
