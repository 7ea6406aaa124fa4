import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/**
 * Node's `fetch` gives up after five minutes without a byte. A model on somebody's own machine may need longer to read a
 * long conversation, and Claude Code has a limit of its own and hangs up, so there is none in here. Such servers are
 * reached by plain http; everything else goes by `fetch`, which uses the proxy that the host has set.
 */
export const patientFetch: typeof fetch = async (input, init) => {
  const url = typeof input === "string" || input instanceof URL ? new URL(input) : new URL(input.url);
  if (url.protocol !== "http:" || typeof init?.body !== "string") return fetch(input, init);
  const { method, body, signal } = init;
  const sending = request(url, {
    ...(method === undefined ? {} : { method }),
    headers: Object.fromEntries(new Headers(init.headers)),
    ...(signal ? { signal } : {}),
    // One that is kept may be closed by the server just when it is used again.
    agent: false,
  });
  sending.end(body);
  const [incoming] = (await once(sending, "response")) as [IncomingMessage];
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array>, {
    status: incoming.statusCode ?? 0,
    headers: headersOf(incoming),
  });
};

function headersOf({ headers }: IncomingMessage): Headers {
  const kept = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") kept.set(name, value);
  }
  return kept;
}
