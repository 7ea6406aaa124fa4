import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { askHandler, refusal } from "./ask-handler.ts";
import { callOf, hookAnswerOf } from "./hook-messages.ts";
import { readBody } from "./read-body.ts";
import type { BeforeToolCallVerdict, ToolGateHandler } from "./tool-gate.ts";

const HOST = "127.0.0.1";
const ROUTE = "/before-tool-call";
/** Claude goes on by itself when work in the background is done; nobody is there then to answer for what it does. */
const BETWEEN_TURNS =
  "no turn of OpenClaw's is running, so tell the person what has happened, and use tools in the next turn";
const BODY_LIMIT = 8 * 1024 * 1024;

/** A process that was let in. */
type Admitted = { digest: Buffer; handler: ToolGateHandler | null };

export type GateServer = {
  /** Lets the process in that has this secret; the address to ask at. */
  admit(secret: string): Promise<string>;
  route(secret: string, handler: ToolGateHandler | null): void;
  dismiss(secret: string): Promise<void>;
  close(): Promise<void>;
};

/** One listener for all processes, there as long as one of them is admitted. */
export function createGateServer(options: { answerWithinMs: number }): GateServer {
  const processes: Admitted[] = [];
  let listening: Promise<Server> | undefined;

  /** Compares with every process's, so that the time tells nothing. */
  function processWith(secret: string): Admitted | undefined {
    const digest = digestOf(secret);
    return processes.filter((process) => timingSafeEqual(process.digest, digest))[0];
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asking = processWith(presentedSecret(request));
    const rejection = rejectionOf(request);
    if (asking === undefined || rejection !== undefined) {
      response.writeHead(rejection ?? 401, { connection: "close" }).end();
      return;
    }
    const verdict = await verdictOf(request, { response, asking });
    if (response.destroyed) return;
    // A refusal has this status too: with another one, the model would not be told the reason.
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(hookAnswerOf(verdict)));
  }

  async function verdictOf(
    request: IncomingMessage,
    { response, asking }: { response: ServerResponse; asking: Admitted },
  ): Promise<BeforeToolCallVerdict> {
    const body = await readBody(request, BODY_LIMIT);
    if (asking.handler === null) return refusal(BETWEEN_TURNS);
    if (body === null) return refusal("its input is too large to be checked");
    const call = callOf(body);
    if (call === null) return refusal("OpenClaw could not read what Claude Code asked");
    return askHandler(asking.handler, call, { response, limitMs: options.answerWithinMs });
  }

  async function close(): Promise<void> {
    processes.length = 0;
    const server = await listening?.catch(() => undefined);
    listening = undefined;
    server?.close();
    server?.closeAllConnections();
  }

  return {
    async admit(secret) {
      const admitted: Admitted = { digest: digestOf(secret), handler: null };
      processes.push(admitted);
      listening ??= listen((request, response) => void respond(request, response));
      try {
        return `http://${authorityOf(await listening)}${ROUTE}`;
      } catch (error) {
        processes.splice(processes.indexOf(admitted), 1);
        listening = undefined;
        throw error;
      }
    },
    route(secret, handler) {
      const process = processWith(secret);
      if (process !== undefined) process.handler = handler;
    },
    async dismiss(secret) {
      const process = processWith(secret);
      if (process !== undefined) processes.splice(processes.indexOf(process), 1);
      if (processes.length === 0) await close();
    },
    close,
  };
}

async function listen(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(respond);
  // It must not keep the Gateway's process alive by itself.
  server.unref();
  server.listen(0, HOST);
  await once(server, "listening");
  return server;
}

/** The HTTP status for what is no question of a hook at all, also from a page in somebody's browser. */
function rejectionOf(request: IncomingMessage): number | undefined {
  if (request.headers.host !== `${HOST}:${request.socket.localPort ?? ""}`) return 403;
  if (request.url !== ROUTE) return 404;
  return request.method === "POST" ? undefined : 405;
}

function presentedSecret(request: IncomingMessage): string {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

function authorityOf(server: Server): string {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The tool gate does not listen.");
  return `${HOST}:${address.port}`;
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
