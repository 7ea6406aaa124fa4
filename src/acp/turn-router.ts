import type {
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionNotification,
  ToolCallUpdate,
} from "@agentclientprotocol/sdk/unstable";
import type { PermissionRequest, PromptRequest } from "./acp-adapter.ts";
import type { AgentCallbacks } from "./agent-connection.ts";

export type TurnRouter = AgentCallbacks & {
  /** The turn that updates and permission requests belong to from now on; null between turns. */
  route(turn: PromptRequest | null): void;
};

/** What the agent has told of the running turn's tool calls, by id. */
type KnownCalls = Map<string, ToolCallUpdate>;

const CANCELLED: RequestPermissionResponse = { outcome: { outcome: "cancelled" } };

/**
 * Routes one connection's updates and permission requests to the turn that runs, and to nobody between turns:
 * what arrives late belongs to a turn that is over.
 */
export function createTurnRouter(): TurnRouter {
  let current: PromptRequest | null = null;
  let calls: KnownCalls = new Map();
  return {
    route(turn) {
      current = turn;
      calls = new Map();
    },
    onUpdate(notification) {
      rememberCall(calls, notification);
      current?.onUpdate(notification.update);
    },
    async onPermissionRequest(request, signal) {
      if (current === null || current.signal.aborted) return CANCELLED;
      const known = calls.get(request.toolCall.toolCallId);
      return askTurn(current, { request, known, signal });
    },
  };
}

/** A cancelled turn's question is answered at once, as ACP demands: its caller may never do it. */
async function askTurn(
  turn: PromptRequest,
  asked: { request: RequestPermissionRequest; known: ToolCallUpdate | undefined; signal: AbortSignal },
): Promise<RequestPermissionResponse> {
  const { request, known } = asked;
  const unwanted = AbortSignal.any([asked.signal, turn.signal]);
  const decision = turn.onPermissionRequest(permissionRequestOf(request, known), unwanted);
  const withdrawn = new Promise<"withdrawn">((resolve) => {
    unwanted.addEventListener("abort", () => {
      resolve("withdrawn");
    });
  });
  // Whichever loses the race is settled quietly.
  decision.catch(() => undefined);
  const answer = await Promise.race([decision.then((optionId) => ({ optionId })), withdrawn]);
  if (answer === "withdrawn") return CANCELLED;
  const refusal = request.options.find((option) => option.kind === "reject_once")?.optionId;
  const optionId = answer.optionId ?? refusal;
  return optionId === undefined ? CANCELLED : { outcome: { outcome: "selected", optionId } };
}

function rememberCall(calls: KnownCalls, { update }: SessionNotification): void {
  if (update.sessionUpdate !== "tool_call" && update.sessionUpdate !== "tool_call_update") return;
  calls.set(update.toolCallId, mergedCall(calls.get(update.toolCallId), update));
}

/** claude-code-acp leaves kind and locations out of a permission request: it has told them before. */
function permissionRequestOf(
  request: RequestPermissionRequest,
  known: ToolCallUpdate | undefined,
): PermissionRequest {
  const toolCall = mergedCall(known, request.toolCall);
  return {
    toolCallId: toolCall.toolCallId,
    title: toolCall.title ?? toolCall.name ?? "a tool",
    kind: toolCall.kind ?? "other",
    rawInput: toolCall.rawInput,
    locations: (toolCall.locations ?? []).map((location) => location.path),
    options: request.options.map(({ optionId, kind, name }) => ({ optionId, kind, name })),
  };
}

function mergedCall(known: ToolCallUpdate | undefined, told: ToolCallUpdate): ToolCallUpdate {
  const changes = Object.entries(told).filter(([, value]) => value !== undefined && value !== null);
  return { ...known, ...Object.fromEntries(changes), toolCallId: told.toolCallId };
}
