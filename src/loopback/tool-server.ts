import { randomUUID } from "node:crypto";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { McpServer, type CallToolResult, type ServerContext } from "@modelcontextprotocol/server";
import { bounded } from "./bounded-result.ts";
import type { Route } from "./loopback-server.ts";
import { sameList, TOOL_SERVER_NAME, type OfferedTool, type OfferedTools } from "./offered-tools.ts";

/** OpenClaw's tools for one Claude session, as an MCP server over streamable HTTP. */
export type ToolServer = {
  readonly respond: Route;
  /** What is listed while no turn runs, until the first turn. */
  expect(list: readonly OfferedTool[]): void;
  /** The tools of the turn that begins. Resolves when Claude Code has their list, or has not asked for it in time. */
  offer(tools: OfferedTools): Promise<void>;
  /** The prompt is on its way: the list is looked at once more, as the turn's tools are built, and what differs is told. */
  confirm(): void;
  /** The turn is over: nothing is carried out any more. */
  withdraw(): void;
  close(): Promise<void>;
};

type McpSession = {
  server: McpServer["server"];
  transport: NodeStreamableHTTPServerTransport;
  /** The list that this client was given last; undefined when it has not asked for one. */
  listed: readonly OfferedTool[] | undefined;
  /** Who waits for it to ask again. */
  awaitingList: Set<() => void>;
  /** It was told that the list had changed, and did not ask for it in time. */
  deaf: boolean;
};

/** Claude Code has one connection; it may open another one after an error. */
const SESSIONS_AT_MOST = 4;
/** On this machine the list is asked for within some ms of the notice. */
const LIST_WITHIN_MS = 1_000;
/** Where its tool search is on, Claude Code reads the first few hundred characters of this. */
const INSTRUCTIONS =
  "Tools of the OpenClaw gateway that you work for: message people and channels, see and reach other sessions and agents, schedules, memory. They act with the authority of the current turn.";
const BETWEEN_TURNS =
  "Refused: no turn of OpenClaw's is running, so none of its tools may act now. Tell the person what you wanted to do, and do it in the next turn.";

export function createToolServer(): ToolServer {
  const sessions = new Map<string, McpSession>();
  let shown: readonly OfferedTool[] = [];
  let current: OfferedTools | null = null;

  async function openSession(): Promise<McpSession> {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized(id) {
        sessions.set(id, session);
        const [oldest] = sessions;
        if (sessions.size > SESSIONS_AT_MOST && oldest !== undefined) void drop(...oldest);
      },
      onsessionclosed(id) {
        sessions.delete(id);
      },
    });
    // The server below: schemas come as they are, and the high-level one wants them as code.
    const { server } = new McpServer(
      { name: TOOL_SERVER_NAME, version: "1.0.0" },
      { capabilities: { tools: { listChanged: true } }, instructions: INSTRUCTIONS },
    );
    const session: McpSession = {
      server,
      transport,
      listed: undefined,
      awaitingList: new Set(),
      deaf: false,
    };
    server.setRequestHandler("tools/list", () => {
      session.listed = shown;
      for (const listed of session.awaitingList) listed();
      return { tools: shown.map(describe) };
    });
    server.setRequestHandler("tools/call", ({ params }, context) => call(params, context));
    await server.connect(transport);
    return session;
  }

  async function call(
    { name, arguments: input = {} }: { name: string; arguments?: Record<string, unknown> },
    { mcpReq }: ServerContext,
  ): Promise<CallToolResult> {
    const tools = current;
    if (tools === null) return refused(BETWEEN_TURNS);
    if (!tools.built().some((tool) => tool.name === name)) {
      return refused(`Refused: this turn may not use a tool "${name}" of OpenClaw's.`);
    }
    let progress = 0;
    const result = await tools.call(name, {
      toolCallId: toolCallIdOf(mcpReq._meta),
      input,
      signal: mcpReq.signal,
      onProgress(message) {
        const progressToken = mcpReq._meta?.progressToken;
        if (progressToken === undefined) return;
        progress += 1;
        const params = { progressToken, progress, message };
        void mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined);
      },
    });
    return bounded(result);
  }

  async function drop(id: string, { server }: McpSession): Promise<void> {
    sessions.delete(id);
    // A client that is gone already is what was wanted.
    await server.close().catch(() => undefined);
  }

  /** Resolves when the client has asked for the list again; at once where it has never asked: it will. */
  async function tellOfList(session: McpSession): Promise<void> {
    if (session.listed === undefined || sameList(session.listed, shown)) return;
    // Whoever did not ask in time once is not waited for again.
    if (session.deaf) {
      await session.server.sendToolListChanged().catch(() => undefined);
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const listed = (): void => {
      resolve(undefined);
    };
    session.awaitingList.add(listed);
    const limit = setTimeout(() => {
      session.deaf = true;
      listed();
    }, LIST_WITHIN_MS);
    // Without a stream to send it on, the client keeps its list; what it calls is checked all the same.
    await session.server.sendToolListChanged().catch(listed);
    await promise;
    clearTimeout(limit);
    session.awaitingList.delete(listed);
  }

  async function show(list: readonly OfferedTool[]): Promise<void> {
    shown = list;
    await Promise.all([...sessions.values()].map(tellOfList));
  }

  return {
    async respond(request, response) {
      const id = request.headers["mcp-session-id"];
      const known = typeof id === "string" ? sessions.get(id) : undefined;
      if (id !== undefined && known === undefined) {
        // By this status a client knows that it has to begin anew.
        response.writeHead(404).end();
        return;
      }
      const session = known ?? (await openSession());
      await session.transport.handleRequest(request, response);
      if (session.transport.sessionId === undefined) await session.server.close();
    },
    expect(tools) {
      shown = tools;
    },
    offer(tools) {
      current = tools;
      return show(tools.list);
    },
    confirm() {
      if (current !== null) void show(current.built());
    },
    withdraw() {
      current = null;
    },
    async close() {
      current = null;
      await Promise.all([...sessions].map((entry) => drop(...entry)));
    },
  };
}

function describe({ name, description, inputSchema, readOnly, atHand }: OfferedTool): {
  name: string;
  description: string;
  inputSchema: { type: "object" };
  annotations: { readOnlyHint: boolean };
  _meta?: Record<string, unknown>;
} {
  return {
    name,
    description,
    inputSchema: { ...inputSchema, type: "object" },
    annotations: { readOnlyHint: readOnly },
    ...(atHand ? { _meta: { "anthropic/alwaysLoad": true } } : {}),
  };
}

function toolCallIdOf(meta: Record<string, unknown> | undefined): string | undefined {
  const id = meta?.["claudecode/toolUseId"];
  return typeof id === "string" ? id : undefined;
}

function refused(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
