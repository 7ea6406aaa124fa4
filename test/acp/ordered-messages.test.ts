import { client, methods, ndJsonStream } from "@agentclientprotocol/sdk/unstable";
import { describe, expect, it } from "vitest";
import { orderedMessages } from "../../src/acp/ordered-messages.ts";

const LATE = "_test/late";

const say = (text: string): unknown => ({
  jsonrpc: "2.0",
  method: methods.client.session.update,
  params: {
    sessionId: "one",
    update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } },
  },
});
const sign = (name: string): unknown => ({ jsonrpc: "2.0", method: LATE, params: { name } });

/** What is heard, in order, of messages that arrive in one piece. */
async function heard(messages: unknown[]): Promise<string[]> {
  const order: string[] = [];
  const bytes = new TextEncoder().encode(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
    },
  });
  const connection = client({ name: "test" })
    .onNotification(methods.client.session.update, ({ params: { update } }) => {
      if (update.sessionUpdate !== "agent_message_chunk" || update.content.type !== "text") return;
      order.push(update.content.text);
    })
    .onRequest(methods.client.session.requestPermission, () => ({ outcome: { outcome: "cancelled" } }))
    .onNotification(
      LATE,
      (params) => params as { name: string },
      ({ params }) => {
        order.push(params.name);
      },
    )
    .connect(orderedMessages(ndJsonStream(new WritableStream(), readable)));
  await expect.poll(() => order.length).toBe(messages.length);
  connection.close();
  return order;
}

describe("messages of an agent that arrive together", () => {
  it("are heard in the order in which they were sent, whatever handles them", async () => {
    const sent = Array.from({ length: 50 }, (_, index) =>
      index % 3 === 0 ? sign(String(index)) : say(String(index)),
    );
    expect(await heard(sent)).toEqual(sent.map((_, index) => String(index)));
  });
});
