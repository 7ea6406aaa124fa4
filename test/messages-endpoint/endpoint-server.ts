import { once } from "node:events";
import { createServer } from "node:http";
import { PLUGIN_ID } from "../../src/config/identifiers.ts";
import {
  messagesEndpointSchema,
  type MessagesEndpointConfig,
} from "../../src/config/messages-endpoint-schema.ts";
import type { EndpointAnswer, EndpointTurn, TurnWatcher } from "../../src/messages-endpoint/endpoint-turn.ts";
import { createMessagesEndpoint } from "../../src/messages-endpoint/messages-endpoint.ts";

const BASE_PATH = `/${PLUGIN_ID}/anthropic`;

type Run = (turn: EndpointTurn, watcher: TurnWatcher) => Promise<EndpointAnswer>;

/** The endpoint behind a real HTTP server; a test takes the turns itself. */
export type EndpointServer = {
  /** What a client is given as base URL. */
  url: string;
  turns: EndpointTurn[];
  logged: string[];
  settings: MessagesEndpointConfig;
  takeTurnsWith(run: Run): void;
  close(): void;
};

export function answerWith(text: string): EndpointAnswer {
  return {
    text,
    stopReason: "end_turn",
    usage: {
      input_tokens: 7,
      cache_creation_input_tokens: 5,
      cache_read_input_tokens: 3,
      output_tokens: 2,
    },
  };
}

export async function startEndpointServer(): Promise<EndpointServer> {
  const turns: EndpointTurn[] = [];
  const logged: string[] = [];
  const settings = messagesEndpointSchema.parse({ enabled: true });
  let run: Run = () => Promise.resolve(answerWith("hello"));
  const endpoint = createMessagesEndpoint({
    settings: () => settings,
    agentIds: () => ["dev", "ops"],
    runTurn(turn, watcher) {
      turns.push(turn);
      return run(turn, watcher);
    },
    log: (message) => logged.push(message),
  });
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0]?.slice(BASE_PATH.length) ?? "";
    void endpoint(request, response, path);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${BASE_PATH}`,
    turns,
    logged,
    settings,
    takeTurnsWith(next) {
      run = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
