import type { MessageUsage } from "../translator/message-usage.ts";

/** What a client asks, as one turn of a contractor. */
export type EndpointTurn = {
  agentId: string;
  /** OpenClaw's key of the conversation. */
  sessionKey: string;
  /** Names the run in OpenClaw; unique. */
  runId: string;
  /** The new message. */
  text: string;
  images: EndpointImage[];
  /** What the client gives as the system prompt; undefined when nothing. */
  system: string | undefined;
  /** What was said before by the client's account, oldest first; counts only where OpenClaw knows nothing of it. */
  history: EndpointMessage[];
};

export type EndpointImage = {
  /** One of those that Claude's API takes. */
  mediaType: string;
  /** Base64. */
  data: string;
};

export type EndpointMessage = { role: "user" | "assistant"; text: string };

export type EndpointAnswer = {
  /** Everything that was said, also what `onText` was told. */
  text: string;
  stopReason: "end_turn" | "max_tokens";
  usage: MessageUsage;
};

export type TurnWatcher = {
  /** Each piece of the answer, in order, and never the same twice. */
  onText: (piece: string) => void;
  /** The client has gone: the turn is cancelled. */
  signal: AbortSignal;
};

/** Takes the turn as an ordinary one of the agent. Rejects with `FaultError`. */
export type RunEndpointTurn = (turn: EndpointTurn, watcher: TurnWatcher) => Promise<EndpointAnswer>;
