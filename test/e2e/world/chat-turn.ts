import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { GatewayEvent } from "./event-log.ts";
import type { GatewaySocket } from "./gateway-socket.ts";

const messageSchema = z.looseObject({
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).optional(),
});

const chatSchema = z.looseObject({
  runId: z.string(),
  state: z.string(),
  deltaText: z.string().optional(),
  errorMessage: z.string().optional(),
  message: messageSchema.optional(),
});

const agentSchema = z.looseObject({
  runId: z.string(),
  stream: z.string(),
  data: z.looseObject({}),
});

const sideResultSchema = z.object({
  sessionKey: z.string(),
  question: z.string(),
  text: z.string(),
  isError: z.boolean(),
});

export type SideResult = z.infer<typeof sideResultSchema>;

export type AgentEvent = z.infer<typeof agentSchema>;

export type ChatTurnEnd = {
  state: "final" | "error" | "aborted";
  text: string;
  /** What the person is told went wrong. */
  error: string | undefined;
};

/** One turn as a chat client sees it. */
export type ChatTurn = {
  runId: string;
  ended: Promise<ChatTurnEnd>;
  /** Resolves with the first piece of text. */
  firstText(): Promise<string>;
  deltas(): string[];
  /** Structured events of a stream: `tool`, `thinking`, `plan`, `lifecycle`, … */
  agentEvents(stream: string): AgentEvent[];
};

export type ChatMessage = {
  sessionKey: string;
  message: string;
  attachments?: { type: string; mimeType: string; fileName: string; content: string }[];
  queueMode?: "steer" | "followup" | "collect" | "interrupt";
};

const END_STATES = ["final", "error", "aborted"] as const;

/** Sends a message as the Control UI does; resolves when the Gateway has taken it. */
export async function startChatTurn(socket: GatewaySocket, message: ChatMessage): Promise<ChatTurn> {
  const runId = randomUUID();
  const isOurs = ({ event, payload }: GatewayEvent): boolean =>
    event === "chat" && chatSchema.safeParse(payload).data?.runId === runId;
  const ended = socket
    .waitForEvent((event) => isOurs(event) && endStateOf(event) !== undefined)
    .then(({ payload }) => endOf(payload));
  // The test may look at the end only after it has looked at something else.
  ended.catch(() => undefined);
  await socket.request("chat.send", { ...message, idempotencyKey: runId });
  const textOf = ({ payload }: GatewayEvent): string => chatSchema.parse(payload).deltaText ?? "";
  return {
    runId,
    ended,
    firstText: async () =>
      textOf(await socket.waitForEvent((event) => isOurs(event) && textOf(event) !== "")),
    deltas: () =>
      socket.events
        .filter(isOurs)
        .map(textOf)
        .filter((text) => text !== ""),
    agentEvents: (stream) =>
      socket.events.flatMap(({ event, payload }) => {
        const { data } = agentSchema.safeParse(payload);
        return event === "agent" && data?.runId === runId && data.stream === stream ? [data] : [];
      }),
  };
}

/** A turn to its regular end; rejects when it has none. */
export async function chat(socket: GatewaySocket, message: ChatMessage): Promise<string> {
  const { state, text, error } = await (await startChatTurn(socket, message)).ended;
  if (state === "final") return text;
  throw new Error(`the turn was ${state}: ${error ?? ""}`);
}

/** What `/btw` is answered, beside the conversation. */
export async function askAside(
  socket: GatewaySocket,
  { sessionKey, question }: { sessionKey: string; question: string },
): Promise<SideResult> {
  const resultOf = ({ event, payload }: GatewayEvent): SideResult | undefined => {
    if (event !== "chat.side_result") return undefined;
    const { data } = sideResultSchema.safeParse(payload);
    return data?.sessionKey === sessionKey && data.question === question ? data : undefined;
  };
  await startChatTurn(socket, { sessionKey, message: `/btw ${question}` });
  const event = await socket.waitForEvent((candidate) => resultOf(candidate) !== undefined);
  return sideResultSchema.parse(event.payload);
}

function endStateOf({ payload }: GatewayEvent): ChatTurnEnd["state"] | undefined {
  const { state } = chatSchema.parse(payload);
  return END_STATES.find((candidate) => candidate === state);
}

function endOf(payload: unknown): ChatTurnEnd {
  const { message, errorMessage } = chatSchema.parse(payload);
  const content = message?.content ?? "";
  return {
    state: endStateOf({ event: "chat", payload }) ?? "error",
    text: typeof content === "string" ? content : content.map(({ text }) => text ?? "").join(""),
    error: errorMessage,
  };
}
