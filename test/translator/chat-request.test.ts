import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startChatServer, user, type ChatServer } from "./chat-server.ts";

const PNG = "iVBORw0KGgo=";
const image = { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } };
const bash = { name: "Bash", description: "Runs", input_schema: { type: "object", properties: {} } };

let server: ChatServer;

beforeEach(async () => {
  server = await startChatServer();
});

afterEach(() => server.close());

async function messagesFor(...messages: { role: string; content: unknown }[]): Promise<unknown> {
  return (await server.sent({ messages }))["messages"];
}

describe("what the upstream is sent of a conversation", () => {
  it("has the system prompt first, without Claude Code's note to Anthropic", async () => {
    const system = [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1; cch=0a1b2;" },
      { type: "text", text: "You are Claude Code.", cache_control: { type: "ephemeral" } },
      { type: "text", text: "Be kind." },
    ];
    expect((await server.sent({ system, messages: [user("hi")] }))["messages"]).toEqual([
      { role: "system", content: "You are Claude Code.\n\nBe kind." },
      { role: "user", content: "hi" },
    ]);
    expect((await server.sent({ system: "Plain.", messages: [user("hi")] }))["messages"]).toMatchObject([
      { role: "system", content: "Plain." },
      {},
    ]);
  });

  it("has what the system says later as a reminder of the user's, and one message a side", async () => {
    expect(
      await messagesFor(
        user("one"),
        { role: "system", content: "Mind the gap." },
        user([{ type: "text", text: "two" }]),
      ),
    ).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "one" },
          { type: "text", text: "<system-reminder>\nMind the gap.\n</system-reminder>" },
          { type: "text", text: "two" },
        ],
      },
    ]);
  });

  it("has images by their bytes and by their address", async () => {
    const remote = { type: "image", source: { type: "url", url: "https://example.com/cat.png" } };
    expect(await messagesFor(user([image, remote, { type: "text", text: "look" }]))).toEqual([
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
          { type: "image_url", image_url: { url: "https://example.com/cat.png" } },
          { type: "text", text: "look" },
        ],
      },
    ]);
  });

  it("has documents as files or as their text, and leaves out what nobody knows", async () => {
    const pdf = {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" },
    };
    const plain = { type: "document", source: { type: "text", media_type: "text/plain", data: "words" } };
    const foreign = { type: "container_upload", file_id: "f1" };
    expect(await messagesFor(user([pdf, plain, foreign]))).toMatchObject([
      {
        content: [
          { type: "file", file: { file_data: "data:application/pdf;base64,JVBERg==" } },
          { type: "text", text: "words" },
        ],
      },
    ]);
  });

  it("has calls with their results behind them, also of calls that ran together", async () => {
    const call = (id: string, input: unknown): unknown => ({ type: "tool_use", id, name: "Bash", input });
    const result = (id: string, content: unknown, failed = false): unknown => ({
      type: "tool_result",
      tool_use_id: id,
      content,
      is_error: failed,
    });
    const sent = await messagesFor(
      user("go"),
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "redacted_thinking", data: "x" },
          { type: "text", text: "Both." },
          call("a", { command: "ls" }),
          call("b", {}),
        ],
      },
      user([
        result("a", "one\ntwo"),
        result("b", [{ type: "text", text: "no such file" }], true),
        { type: "text", text: "and?" },
      ]),
    );
    expect(sent).toEqual([
      { role: "user", content: "go" },
      {
        role: "assistant",
        content: "Both.",
        tool_calls: [
          { id: "a", type: "function", function: { name: "Bash", arguments: '{"command":"ls"}' } },
          { id: "b", type: "function", function: { name: "Bash", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: "one\ntwo" },
      { role: "tool", tool_call_id: "b", content: "[The tool call failed]\nno such file" },
      { role: "user", content: "and?" },
    ]);
  });

  it("has a result's images in a message behind it, and names what a search for tools has found", async () => {
    const sent = await messagesFor(
      user("go"),
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "Read", input: {} }] },
      user([
        {
          type: "tool_result",
          tool_use_id: "a",
          content: [image, { type: "tool_reference", tool_name: "mcp__x__y" }],
        },
      ]),
    );
    expect(sent).toMatchObject([
      {},
      {},
      {
        role: "tool",
        content: "[A file of this result follows in the next message]\nThe tool mcp__x__y can be called now.",
      },
      { role: "user", content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } }] },
    ]);
  });

  it("has no message for a turn that was thinking alone", async () => {
    const thought = { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "s" }] };
    expect(await messagesFor(user("one"), thought, user("two"))).toHaveLength(1);
  });
});

describe("what the upstream is sent besides", () => {
  it("is the model as it was named, the limits, and nothing that it does not know", async () => {
    const sent = await server.sent({
      model: "org/model:free",
      max_tokens: 77,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ["END"],
      metadata: { user_id: "u" },
      thinking: { type: "adaptive" },
      context_management: { edits: [] },
      output_config: { effort: "high" },
      betas: ["x"],
      messages: [user("hi")],
    });
    expect(sent).toEqual({
      model: "org/model:free",
      max_tokens: 77,
      temperature: 0.5,
      top_p: 0.9,
      stop: ["END"],
      messages: [{ role: "user", content: "hi" }],
    });
    expect(server.requests.at(-1)).toMatchObject({
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer sk-upstream-secret" },
    });
    expect(JSON.stringify(server.requests.at(-1))).not.toContain(server.served.token);
  });

  it("is the usage asked for with a stream", async () => {
    const sent = await server.sent({ stream: true, messages: [user("hi")] });
    expect(sent).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it("are the tools, but those that Anthropic itself would carry out", async () => {
    const search = { type: "web_search_20250305", name: "web_search" };
    const sent = await server.sent({ tools: [bash, search], messages: [user("hi")] });
    expect(sent["tools"]).toEqual([
      {
        type: "function",
        function: { name: "Bash", description: "Runs", parameters: { type: "object", properties: {} } },
      },
    ]);
    const choice = { type: "tool", name: "web_search" };
    const lone = await server.sent({ tools: [search], tool_choice: choice, messages: [user("hi")] });
    expect(lone).not.toHaveProperty("tools");
    expect(lone).not.toHaveProperty("tool_choice");
  });

  it.each([
    [{ type: "auto" }, { tool_choice: "auto" }],
    [{ type: "any" }, { tool_choice: "required" }],
    [{ type: "none" }, { tool_choice: "none" }],
    [{ type: "tool", name: "Bash" }, { tool_choice: { type: "function", function: { name: "Bash" } } }],
    [
      { type: "auto", disable_parallel_tool_use: true },
      { tool_choice: "auto", parallel_tool_calls: false },
    ],
  ])("is the choice %j of a tool", async (choice, expected) => {
    expect(await server.sent({ tools: [bash], tool_choice: choice, messages: [user("hi")] })).toMatchObject(
      expected,
    );
  });

  it("is the form that the answer should have", async () => {
    const schema = { type: "object", properties: { title: { type: "string" } } };
    const sent = await server.sent({
      output_config: { format: { type: "json_schema", schema } },
      messages: [user("hi")],
    });
    expect(sent["response_format"]).toMatchObject({
      type: "json_schema",
      json_schema: { schema, strict: false },
    });
  });
});
