import { randomBytes } from "node:crypto";
import { createLoopbackServer } from "../loopback/loopback-server.ts";

/** A server that speaks OpenAI's Chat Completions. */
export type ChatUpstream = {
  /** With or without `/v1` at its end. */
  baseUrl: string;
  /** Sent as a bearer token; undefined for a server that wants none. */
  apiKey: string | undefined;
};

/** Where Claude Code finds an upstream: for ANTHROPIC_BASE_URL, and for ANTHROPIC_AUTH_TOKEN. */
export type ServedUpstream = { baseUrl: string; token: string };

export type ChatTranslator = {
  /** Serves the upstream on a loopback address; the same upstream is served once. */
  serve(upstream: ChatUpstream): Promise<ServedUpstream>;
  /** Cuts answers that are under way. What was served before is served anew, elsewhere, when it is asked for again. */
  close(): Promise<void>;
};

const TOKEN_BYTES = 32;

/**
 * Speaks Anthropic's Messages API to Claude Code, and Chat Completions to the upstream. One listener on 127.0.0.1, there
 * from the first use on, serves all upstreams: the token tells which one is meant. The upstream's key stays in here.
 */
export function createChatTranslator(): ChatTranslator {
  const server = createLoopbackServer();
  const served = new Map<string, Promise<ServedUpstream>>();

  async function admit(upstream: ChatUpstream): Promise<ServedUpstream> {
    // The library takes a while to load, which whoever has no such endpoint must not wait for.
    const { upstreamRoutes } = await import("./upstream-routes.ts");
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    return { baseUrl: await server.admit(token, upstreamRoutes(upstream)), token };
  }

  return {
    serve({ baseUrl, apiKey }) {
      const upstream = { baseUrl: versioned(baseUrl), apiKey };
      const name = JSON.stringify([upstream.baseUrl, apiKey]);
      const known = served.get(name);
      if (known !== undefined) return known;
      const serving = admit(upstream);
      served.set(name, serving);
      serving.catch(() => served.delete(name));
      return serving;
    },
    async close() {
      served.clear();
      await server.close();
    },
  };
}

function versioned(baseUrl: string): string {
  const trimmed = baseUrl.replace(/\/+$/, "");
  return trimmed.endsWith("/v1") ? trimmed : `${trimmed}/v1`;
}
