import { randomUUID } from "node:crypto";
import { z } from "zod";
import { createEventLog, type EventLog, type GatewayEvent } from "./event-log.ts";
import { createOperatorDevice } from "./operator-device.ts";

const PROTOCOL_VERSION = 4;
const REQUEST_TIMEOUT_MS = 60_000;

/** Of a client that can chat, and cannot be asked anything. */
const CHAT_SCOPES = ["operator.read", "operator.write"];
/** As the Control UI has them: the Gateway shows approvals that it requests itself to administrators only. */
export const PERSON_SCOPES = [...CHAT_SCOPES, "operator.approvals", "operator.questions", "operator.admin"];

const frameSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("event"), event: z.string(), payload: z.unknown().optional() }),
  z.looseObject({
    type: z.literal("res"),
    id: z.string(),
    ok: z.boolean(),
    payload: z.unknown().optional(),
    error: z.looseObject({ message: z.string() }).optional(),
  }),
]);

const challengeSchema = z.object({ nonce: z.string(), ts: z.number() });

/** An operator client of the Gateway over its WebSocket, as the Control UI is one. */
export type GatewaySocket = Pick<EventLog, "events" | "waitForEvent"> & {
  /** Rejects with the Gateway's words. */
  request(method: string, params?: unknown): Promise<unknown>;
  close(): Promise<void>;
};

export type GatewaySocketOptions = { url: string; token: string; scopes?: readonly string[] };

/** One for the process: the Gateway forgets a device that it paired by itself when another one of its kind comes. */
const DEVICE = createOperatorDevice();

type PendingRequest = { resolve: (payload: unknown) => void; reject: (cause: Error) => void };

/** Connects with the Gateway's token and a device, which the Gateway pairs by itself on loopback. */
export async function connectGatewaySocket(options: GatewaySocketOptions): Promise<GatewaySocket> {
  const { url, token, scopes = CHAT_SCOPES } = options;
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  const pending = new Map<string, PendingRequest>();
  const log = createEventLog();
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener("close", () => {
      for (const { reject } of pending.values()) reject(new Error("the Gateway closed the connection"));
      pending.clear();
      resolve();
    });
  });
  socket.addEventListener("message", ({ data }) => {
    const frame = frameSchema.parse(JSON.parse(String(data)));
    if (frame.type === "event") log.add({ event: frame.event, payload: frame.payload });
    else settle(pending, frame);
  });

  function request(method: string, params: unknown = {}): Promise<unknown> {
    const id = randomUUID();
    const answered = new Promise<unknown>((resolve, reject) => {
      pending.set(id, { resolve, reject });
      AbortSignal.timeout(REQUEST_TIMEOUT_MS).addEventListener("abort", () => {
        reject(new Error(`${method}: no answer`));
      });
    });
    socket.send(JSON.stringify({ type: "req", id, method, params }));
    return answered.finally(() => pending.delete(id));
  }

  const challenge = challengeSchema.parse(
    (await log.waitForEvent(({ event }: GatewayEvent) => event === "connect.challenge")).payload,
  );
  await request("connect", connectParams({ token, scopes, challenge }));
  return {
    events: log.events,
    waitForEvent: log.waitForEvent,
    request,
    async close() {
      socket.close();
      await closed;
    },
  };
}

function settle(
  pending: ReadonlyMap<string, PendingRequest>,
  answer: { id: string; ok: boolean; payload?: unknown; error?: { message: string } | undefined },
): void {
  const waiting = pending.get(answer.id);
  if (answer.ok) waiting?.resolve(answer.payload);
  else waiting?.reject(new Error(answer.error?.message ?? "the Gateway gave no reason"));
}

function connectParams(connection: {
  token: string;
  scopes: readonly string[];
  challenge: { nonce: string; ts: number };
}): unknown {
  const { token, scopes, challenge } = connection;
  const client = { id: "openclaw-tui", mode: "ui", version: "1.0.0", platform: process.platform };
  return {
    minProtocol: PROTOCOL_VERSION,
    maxProtocol: PROTOCOL_VERSION,
    client,
    role: "operator",
    scopes,
    // Tool events, approvals: the Gateway gives each only to those that say they can show it.
    caps: capabilitiesOf(scopes),
    auth: { token },
    device: DEVICE.sign({ client, role: "operator", scopes, token, challenge }),
  };
}

function capabilitiesOf(scopes: readonly string[]): string[] {
  const approves = scopes.includes("operator.approvals");
  return ["tool-events", ...(approves ? ["approvals", "exec-approvals", "plugin-approvals"] : [])];
}
