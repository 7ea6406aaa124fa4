import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

const HOST = "127.0.0.1";

/** Answers what is asked at one path, with any query, by a process that was let in. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A process that was let in. */
type Admitted = { digest: Buffer; routes: Record<string, Route> };

export type LoopbackServer = {
  /** Lets the process in that has this secret; resolves to the address that the paths of its routes are appended to. */
  admit(secret: string, routes: Record<string, Route>): Promise<string>;
  dismiss(secret: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * One listener on 127.0.0.1 for all processes, there as long as one of them is admitted. Each sees its own routes alone,
 * told by its secret. A foreign Host and any Origin are refused: no page in somebody's browser is one of ours.
 */
export function createLoopbackServer(): LoopbackServer {
  const processes: Admitted[] = [];
  let listening: Promise<Server> | undefined;

  /** Compares with every process's, so that the time tells nothing. */
  function processWith(secret: string): Admitted | undefined {
    const digest = digestOf(secret);
    return processes.filter((process) => timingSafeEqual(process.digest, digest))[0];
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asking = processWith(presentedSecret(request));
    const { route, rejection } = routeOf(request, asking);
    if (route === undefined) {
      response.writeHead(rejection, { connection: "close" }).end();
      return;
    }
    try {
      await route(request, response);
    } catch {
      // What it was is the route's to tell; whoever waits must not wait for ever.
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  async function close(): Promise<void> {
    processes.length = 0;
    const server = await listening?.catch(() => undefined);
    listening = undefined;
    server?.close();
    server?.closeAllConnections();
  }

  return {
    async admit(secret, routes) {
      const admitted: Admitted = { digest: digestOf(secret), routes };
      processes.push(admitted);
      listening ??= listen((request, response) => void respond(request, response));
      try {
        return `http://${authorityOf(await listening)}`;
      } catch (error) {
        processes.splice(processes.indexOf(admitted), 1);
        listening = undefined;
        throw error;
      }
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

type Found = { route: Route; rejection?: never } | { route?: never; rejection: number };

/** `rejection`: the HTTP status for whoever may not ask, or asks what nobody answers. */
function routeOf(request: IncomingMessage, asking: Admitted | undefined): Found {
  if (request.headers.host !== `${HOST}:${request.socket.localPort ?? ""}`) return { rejection: 403 };
  if (request.headers.origin !== undefined) return { rejection: 403 };
  if (asking === undefined) return { rejection: 401 };
  const asked = request.url?.split("?", 1)[0];
  const route = Object.entries(asking.routes).find(([path]) => path === asked)?.[1];
  return route === undefined ? { rejection: 404 } : { route };
}

function presentedSecret(request: IncomingMessage): string {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

function authorityOf(server: Server): string {
  const address = server.address();
  if (typeof address !== "object" || address === null)
    throw new Error("The loopback server does not listen.");
  return `${HOST}:${address.port}`;
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
