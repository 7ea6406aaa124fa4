import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import {
  createChatTranslator,
  type ChatTranslator,
  type ServedUpstream,
} from "../../src/translator/chat-translator.ts";

export const UPSTREAM_KEY = "sk-upstream-secret";

type ChatRequest = {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Resolves when the translator has hung up. */
  hungUp: Promise<unknown>;
};

/** A server of Chat Completions whose every answer a test writes itself, with the translator before it. */
export type ChatServer = {
  readonly url: string;
  readonly requests: ChatRequest[];
  readonly translator: ChatTranslator;
  readonly served: ServedUpstream;
  answerWith(answer: Answer): void;
  /** Asks the translator as Claude Code does. */
  ask(body: Record<string, unknown>, path?: string): Promise<Response>;
  /** What the upstream was sent for these messages. */
  sent(body: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

export type Answer = (response: ServerResponse, request: ChatRequest) => void | Promise<void>;

export async function startChatServer(): Promise<ChatServer> {
  const requests: ChatRequest[] = [];
  let answer: Answer = (response) => {
    writeCompletion(response, { content: "hello" });
  };
  const server = createServer((incoming, response) => {
    void respond(incoming, response);
  });
  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const hungUp = once(response, "close");
    const body = incoming.method === "GET" ? {} : ((await json(incoming)) as Record<string, unknown>);
    const request = { path: incoming.url ?? "", headers: incoming.headers, body, hungUp };
    requests.push(request);
    await answer(response, request);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const translator = createChatTranslator();
  const served = await translator.serve({ baseUrl: url, apiKey: UPSTREAM_KEY });
  const ask: ChatServer["ask"] = (body, path = "/v1/messages?beta=true") =>
    fetch(`${served.baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${served.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "some-model", max_tokens: 100, ...body }),
    });
  return {
    ...{ url, requests, translator, served, ask },
    answerWith(next) {
      answer = next;
    },
    async sent(body) {
      await (await ask(body)).text();
      return requests.at(-1)?.body ?? {};
    },
    async close() {
      await translator.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

export function writeCompletion(
  response: ServerResponse,
  message: Record<string, unknown>,
  extra: { finish?: string; choice?: Record<string, unknown>; usage?: unknown } = {},
): void {
  const { finish = "stop", choice = {}, usage } = extra;
  writeJson(response, 200, {
    id: "chatcmpl-1",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish, ...choice }],
    usage,
  });
}

export function writeJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Begins a stream of chunks; the returned function writes one choice's delta. */
export function beginChunks(
  response: ServerResponse,
): (delta: Record<string, unknown>, finish?: string, extra?: Record<string, unknown>) => void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  return (delta, finish, extra) => {
    const choices = [{ index: 0, delta, finish_reason: finish ?? null }];
    writeChunk(response, { id: "chatcmpl-1", choices, ...extra });
  };
}

export function writeChunk(response: ServerResponse, chunk: unknown): void {
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

export function endChunks(response: ServerResponse): void {
  response.end("data: [DONE]\n\n");
}

export type MessageEvent = { type: string } & Record<string, unknown>;

/** The events of a whole stream, pings aside. */
export async function eventsOf(response: Response): Promise<MessageEvent[]> {
  const frames = (await response.text()).trim().split("\n\n");
  return frames.map(eventIn).filter(({ type }) => type !== "ping");
}

export function eventIn(frame: string): MessageEvent {
  const [event = "", data = ""] = frame.split("\n");
  const parsed = JSON.parse(data.replace("data: ", "")) as MessageEvent;
  if (event !== `event: ${parsed.type}`)
    throw new Error(`The event line says ${event}, its data ${parsed.type}.`);
  return parsed;
}

export function user(content: unknown): { role: string; content: unknown } {
  return { role: "user", content };
}
