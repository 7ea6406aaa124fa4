import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { afterEach, expect, it } from "vitest";
import { writeEventStream } from "../../src/translator/event-stream.ts";

const server = createServer();

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** The response that somebody reads, and what they read of it in the end. */
async function openResponse(): Promise<{ response: ServerResponse; text: Promise<string> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const text = fetch(url).then((answer) => answer.text());
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  return { response, text };
}

it("pings while the model says nothing, so that nobody takes it for dead", async () => {
  const { response, text } = await openResponse();
  async function* slow(): AsyncGenerator<{ type: string }> {
    await new Promise((resolve) => setTimeout(resolve, 200));
    yield { type: "message_stop" };
  }
  const failure = (): { type: string } => ({ type: "error" });
  await writeEventStream(response, slow(), { failure, pingAfterMs: 20 });
  expect(await text).toMatch(/^(?:event: ping\ndata: \{"type":"ping"\}\n\n){2,}event: message_stop\n/);
});
