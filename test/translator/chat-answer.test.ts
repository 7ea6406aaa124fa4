import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  beginChunks,
  endChunks,
  eventIn,
  eventsOf,
  startChatServer,
  user,
  writeChunk,
  writeCompletion,
  type ChatServer,
  type MessageEvent,
} from "./chat-server.ts";

const CHAT_USAGE = {
  prompt_tokens: 1_000,
  completion_tokens: 20,
  prompt_tokens_details: { cached_tokens: 700, cache_write_tokens: 100 },
};
const USAGE = {
  input_tokens: 200,
  cache_read_input_tokens: 700,
  cache_creation_input_tokens: 100,
  output_tokens: 20,
};

let server: ChatServer;

beforeEach(async () => {
  server = await startChatServer();
});

afterEach(() => server.close());

async function whole(extra: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const response = await server.ask({ messages: [user("hi")], ...extra });
  return (await response.json()) as Record<string, unknown>;
}

async function stream(extra: Record<string, unknown> = {}): Promise<MessageEvent[]> {
  return eventsOf(await server.ask({ stream: true, messages: [user("hi")], ...extra }));
}

describe("an answer in one piece", () => {
  it("has thinking, text and calls in this order, and the usage in Anthropic's way of counting", async () => {
    server.answerWith((response) => {
      const call = {
        id: "call_1",
        type: "function",
        function: { name: "Bash", arguments: '{"command":"ls"}' },
      };
      const message = { content: "Let me look.", reasoning_content: "hm", tool_calls: [call] };
      writeCompletion(response, message, { finish: "tool_calls", usage: CHAT_USAGE });
    });
    expect(await whole()).toEqual({
      id: expect.stringMatching(/^msg_\w+$/) as string,
      type: "message",
      role: "assistant",
      model: "some-model",
      content: [
        { type: "thinking", thinking: "hm", signature: "" },
        { type: "text", text: "Let me look." },
        { type: "tool_use", id: "call_1", name: "Bash", input: { command: "ls" } },
      ],
      stop_reason: "tool_use",
      stop_sequence: null,
      usage: USAGE,
    });
  });

  it.each([
    ["stop", "end_turn"],
    ["length", "max_tokens"],
    ["content_filter", "refusal"],
    ["eos", "end_turn"],
  ])("that ended with %s has stopped by %s", async (finish, reason) => {
    server.answerWith((response) => {
      writeCompletion(response, { content: "x" }, { finish });
    });
    expect(await whole()).toMatchObject({ stop_reason: reason, stop_sequence: null });
  });

  it("names the stop sequence where the server does", async () => {
    server.answerWith((response) => {
      writeCompletion(response, { content: "x" }, { choice: { stop_reason: "END" } });
    });
    expect(await whole({ stop_sequences: ["END"] })).toMatchObject({
      stop_reason: "stop_sequence",
      stop_sequence: "END",
    });
    expect(await whole()).toMatchObject({ stop_reason: "end_turn" });
  });

  it("has a call without arguments, and stops for it whatever the server says", async () => {
    server.answerWith((response) => {
      const call = { id: "c", type: "function", function: { name: "Tick", arguments: "" } };
      writeCompletion(response, { content: null, tool_calls: [call] }, { finish: "stop" });
    });
    expect(await whole()).toMatchObject({ content: [{ name: "Tick", input: {} }], stop_reason: "tool_use" });
  });

  it("gives a call another id when the conversation has that one already", async () => {
    server.answerWith((response) => {
      const call = { id: "call_0", type: "function", function: { name: "Bash", arguments: "{}" } };
      writeCompletion(response, { content: null, tool_calls: [call] }, { finish: "tool_calls" });
    });
    const earlier = {
      role: "assistant",
      content: [{ type: "tool_use", id: "call_0", name: "Bash", input: {} }],
    };
    const { content } = await whole({ messages: [user("hi"), earlier, user("again")] });
    expect(content).toMatchObject([{ id: expect.stringMatching(/^call_\w{24}$/) as string }]);
  });

  it("has estimates for usage where the server counts nothing", async () => {
    const { usage } = await whole({ messages: [user("x".repeat(4_000))] });
    expect(usage).toMatchObject({ input_tokens: expect.toSatisfy(isAbout(1_000)) as number });
  });
});

describe("an answer that is streamed", () => {
  it("has the events of the Messages API in its order", async () => {
    server.answerWith((response) => {
      const write = beginChunks(response);
      write({ role: "assistant", content: "" });
      write({ reasoning_content: "h" });
      write({ reasoning_content: "m" });
      write({ content: "Hel" });
      write({ content: "lo" });
      write({}, "stop");
      writeChunk(response, { id: "chatcmpl-1", choices: [], usage: CHAT_USAGE });
      endChunks(response);
    });
    expect(await stream()).toMatchObject([
      { type: "message_start", message: { role: "assistant", model: "some-model", content: [] } },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "h" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "m" } },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hel" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "lo" } },
      { type: "content_block_stop", index: 1 },
      { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: USAGE },
      { type: "message_stop" },
    ]);
  });

  it("passes text on as it comes, and not at the end", async () => {
    const gate = Promise.withResolvers<undefined>();
    server.answerWith(async (response) => {
      const write = beginChunks(response);
      write({ content: "early" });
      await gate.promise;
      write({ content: "late" }, "stop");
      endChunks(response);
    });
    const response = await server.ask({ stream: true, messages: [user("hi")] });
    let seen = "";
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      seen += Buffer.from(chunk).toString("utf8");
      if (seen.includes("early")) gate.resolve(undefined);
      if (!seen.includes("early")) expect(seen).not.toContain("late");
    }
    const events = seen.trim().split("\n\n").map(eventIn);
    expect(events.at(-1)).toEqual({ type: "message_stop" });
    expect(events.filter(({ type }) => type === "ping")).toHaveLength(1);
  });

  it("has each call in a block of its own, also when their pieces come mixed", async () => {
    server.answerWith((response) => {
      const write = beginChunks(response);
      const call = (index: number, fields: unknown): unknown => ({
        tool_calls: [{ index, ...(fields as object) }],
      });
      const piece = (delta: unknown): void => {
        write(delta as Record<string, unknown>);
      };
      piece({ content: "Both." });
      piece(call(0, { id: "a", function: { name: "Read", arguments: '{"file' } }));
      piece(call(1, { id: "b", function: { name: "Bash", arguments: '{"com' } }));
      piece(call(0, { function: { arguments: '":"x"}' } }));
      piece(call(1, { function: { arguments: 'mand":"ls"}' } }));
      write({}, "tool_calls");
      endChunks(response);
    });
    const events = await stream();
    const order = events.map(({ type, index }) =>
      typeof index === "number" ? `${type.replace("content_block_", "")} ${index}` : type,
    );
    expect(order).toEqual([
      ...["message_start", "start 0", "delta 0", "stop 0"],
      ...["start 1", "delta 1", "delta 1", "stop 1", "start 2", "delta 2", "delta 2", "stop 2"],
      ...["message_delta", "message_stop"],
    ]);
    expect(events.filter(({ type }) => type === "content_block_start")).toMatchObject([
      { content_block: { type: "text" } },
      { content_block: { type: "tool_use", id: "a", name: "Read", input: {} } },
      { content_block: { type: "tool_use", id: "b", name: "Bash", input: {} } },
    ]);
    const input = (index: number): string =>
      events
        .filter((event) => event.type === "content_block_delta" && event["index"] === index)
        .map((event) => (event["delta"] as { partial_json: string }).partial_json)
        .join("");
    expect([input(1), input(2)]).toEqual(['{"file":"x"}', '{"command":"ls"}']);
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" } });
  });

  it("names the stop sequence where the server does", async () => {
    server.answerWith((response) => {
      beginChunks(response);
      const choices = [{ index: 0, delta: { content: "x" }, finish_reason: "stop", stop_reason: "END" }];
      writeChunk(response, { id: "chatcmpl-1", choices });
      endChunks(response);
    });
    const events = await stream({ stop_sequences: ["END"] });
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "stop_sequence", stop_sequence: "END" } });
  });

  it("ends at the server when Claude Code hangs up", async () => {
    server.answerWith((response) => {
      beginChunks(response)({ content: "first" });
    });
    const client = new AbortController();
    const response = await fetch(`${server.served.baseUrl}/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.served.token}` },
      body: JSON.stringify({ model: "m", max_tokens: 1, stream: true, messages: [user("hi")] }),
      signal: client.signal,
    });
    expect(response.status).toBe(200);
    client.abort();
    await server.requests[0]?.hungUp;
  });
});

function isAbout(expected: number): (value: number) => boolean {
  return (value) => Math.abs(value - expected) < expected / 10;
}
