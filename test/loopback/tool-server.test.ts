import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { OfferedCall, OfferedResult, OfferedTools } from "../../src/loopback/offered-tools.ts";
import { createToolGate, type GatedProcess, type ToolGate } from "../../src/loopback/tool-gate.ts";
import { GATE_TOKEN } from "./gate-client.ts";

let gate: ToolGate;

beforeEach(() => {
  gate = createToolGate({ ambient: {} });
});

afterEach(() => gate.close());

const SCHEMA = { type: "object", properties: { limit: { type: "number" } }, required: ["limit"] };

/** A turn's tools that answer what `answer` says, and remember what they were called with. */
function toolsNamed(
  names: string[],
  answer: (call: OfferedCall & { name: string }) => Promise<OfferedResult> | OfferedResult = () =>
    text("done"),
): OfferedTools & { called: string[] } {
  const called: string[] = [];
  const list = names.map((name) => ({
    name,
    description: `Does ${name}.`,
    inputSchema: SCHEMA,
    readOnly: name.endsWith("_list"),
    atHand: name === "message",
  }));
  return {
    ...{ called, list, built: () => list },
    async call(name, call) {
      called.push(`${name} ${JSON.stringify(call.input)}`);
      return answer({ ...call, name });
    },
  };
}

function text(words: string, isError = false): OfferedResult {
  return { content: [{ type: "text", text: words }], structured: undefined, isError };
}

async function connect(
  { mcpServer, environment }: GatedProcess,
  onListChanged: () => void = () => undefined,
): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  client.setNotificationHandler("notifications/tools/list_changed", onListChanged);
  const headers = { authorization: `Bearer ${environment[GATE_TOKEN] ?? ""}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(mcpServer.url), { requestInit: { headers } }),
  );
  onTestFinished(() => client.close());
  return client;
}

function namesOf({ tools }: { tools: { name: string }[] }): string[] {
  return tools.map(({ name }) => name);
}

describe("OpenClaw's tools over MCP", () => {
  it("are listed with their schemas, and called, while a turn runs", async () => {
    const gated = await gate.open("http");
    const client = await connect(gated);
    const tools = toolsNamed(["message", "sessions_list"], ({ input }) => text(JSON.stringify(input)));
    await gated.tools.offer(tools);
    expect((await client.listTools()).tools).toEqual([
      {
        name: "message",
        description: "Does message.",
        inputSchema: SCHEMA,
        annotations: { readOnlyHint: false },
        _meta: { "anthropic/alwaysLoad": true },
      },
      {
        name: "sessions_list",
        description: "Does sessions_list.",
        inputSchema: SCHEMA,
        annotations: { readOnlyHint: true },
      },
    ]);
    const answer = await client.callTool({ name: "sessions_list", arguments: { limit: 3 } });
    expect(answer).toMatchObject({ content: [{ type: "text", text: '{"limit":3}' }] });
    expect(answer.isError ?? false).toBe(false);
    expect(tools.called).toEqual(['sessions_list {"limit":3}']);
  });

  it("are not carried out before a turn, after it, nor when the turn has no such tool", async () => {
    const gated = await gate.open("http");
    const client = await connect(gated);
    const tools = toolsNamed(["message"]);
    gated.tools.expect(tools.list);
    const call = async (name: string): Promise<unknown> => client.callTool({ name, arguments: {} });
    const refused = (words: RegExp): unknown =>
      expect.objectContaining({
        isError: true,
        content: [{ type: "text", text: expect.stringMatching(words) as unknown }],
      });
    expect(await call("message")).toEqual(refused(/no turn of OpenClaw's is running/));
    expect(namesOf(await client.listTools())).toEqual(["message"]);
    await gated.tools.offer(tools);
    expect(await call("gateway")).toEqual(refused(/may not use a tool "gateway"/));
    expect(tools.called).toEqual([]);
    await call("message");
    gated.tools.withdraw();
    expect(await call("message")).toEqual(refused(/do it in the next turn/));
    expect(tools.called).toEqual(["message {}"]);
  });

  it("that change from turn to turn are told, and the turn waits until Claude Code has the new list", async () => {
    const gated = await gate.open("http");
    let changes = 0;
    const client: Client = await connect(gated, () => {
      changes += 1;
      void client.listTools();
    });
    await gated.tools.offer(toolsNamed(["message"]));
    expect(namesOf(await client.listTools())).toEqual(["message"]);
    gated.tools.withdraw();
    await gated.tools.offer(toolsNamed(["message"]));
    expect(changes).toBe(0);
    gated.tools.withdraw();
    await gated.tools.offer(toolsNamed(["cron", "message"]));
    expect(changes).toBe(1);
    expect(namesOf(await client.listTools())).toEqual(["cron", "message"]);
  });

  it("that turn out to be others once they are built are told then, and no call goes by the list before", async () => {
    const gated = await gate.open("http");
    const told = Promise.withResolvers<undefined>();
    const client: Client = await connect(gated, () => {
      told.resolve(undefined);
    });
    const before = toolsNamed(["message"]);
    await gated.tools.offer(before);
    await client.listTools();
    gated.tools.confirm();
    gated.tools.withdraw();
    const now = toolsNamed(["cron"]);
    const began = performance.now();
    await gated.tools.offer({ ...now, list: before.list });
    expect(performance.now() - began).toBeLessThan(900);
    expect(await client.callTool({ name: "message", arguments: {} })).toMatchObject({ isError: true });
    gated.tools.confirm();
    await told.promise;
    expect(namesOf(await client.listTools())).toEqual(["cron"]);
    await client.callTool({ name: "cron", arguments: {} });
    expect(now.called).toEqual(["cron {}"]);
    expect(before.called).toEqual([]);
  });

  it("begin their turn within a second when Claude Code does not ask for the list again", async () => {
    const gated = await gate.open("http");
    const client = await connect(gated);
    await gated.tools.offer(toolsNamed(["message"]));
    await client.listTools();
    const began = performance.now();
    await gated.tools.offer(toolsNamed(["cron"]));
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await client.callTool({ name: "message", arguments: {} })).toMatchObject({ isError: true });
  });

  it("hand on images, structured results and errors, and say what is too long", async () => {
    const gated = await gate.open("http");
    const client = await connect(gated);
    const answers: Record<string, OfferedResult> = {
      picture: {
        content: [
          { type: "text", text: "Here." },
          { type: "image", data: "aGk=", mimeType: "image/png" },
        ],
        structured: { width: 1 },
        isError: false,
      },
      failure: text("No such chat.", true),
      long: text("x".repeat(200_010)),
      huge: {
        content: [{ type: "image", data: "A".repeat(7_000_001), mimeType: "image/png" }],
        structured: undefined,
        isError: false,
      },
      nothing: { content: [], structured: undefined, isError: false },
    };
    await gated.tools.offer(toolsNamed(Object.keys(answers), ({ name }) => answers[name] ?? text("?")));
    const call = (name: string): Promise<unknown> => client.callTool({ name, arguments: {} });
    expect(await call("picture")).toMatchObject({
      content: answers["picture"]?.content,
      structuredContent: { width: 1 },
    });
    expect(await call("failure")).toMatchObject({ isError: true, content: [{ text: "No such chat." }] });
    expect(await call("long")).toMatchObject({
      content: [{ text: `${"x".repeat(200_000)}\n[10 more characters were left out]` }],
    });
    expect(await call("huge")).toMatchObject({
      content: [{ text: "An image was left out: it is too large." }],
    });
    expect(await call("nothing")).toMatchObject({ content: [{ text: "(nothing)" }] });
  });

  it("tell their progress, and are cancelled", async () => {
    const gated = await gate.open("http");
    const client = await connect(gated);
    const aborted = Promise.withResolvers<string>();
    const cancelling = new AbortController();
    const tools = toolsNamed(["slow"], ({ signal, onProgress }) => {
      signal.addEventListener("abort", () => {
        aborted.resolve("aborted");
      });
      onProgress("half of it");
      return new Promise(() => undefined);
    });
    await gated.tools.offer(tools);
    const progress = Promise.withResolvers<unknown>();
    const answer = client.callTool(
      { name: "slow", arguments: {} },
      { onprogress: progress.resolve, signal: cancelling.signal },
    );
    expect(await progress.promise).toMatchObject({ progress: 1, message: "half of it" });
    cancelling.abort("enough");
    await expect(answer).rejects.toThrow();
    expect(await aborted.promise).toBe("aborted");
  });

  it("are told Claude Code's own id of the call", async () => {
    const gated = await gate.open("http");
    const client = await connect(gated);
    const ids: (string | undefined)[] = [];
    const tools = toolsNamed(["message"], ({ toolCallId }) => {
      ids.push(toolCallId);
      return text("ok");
    });
    await gated.tools.offer(tools);
    await client.callTool({ name: "message", arguments: {}, _meta: { "claudecode/toolUseId": "toolu_7" } });
    await client.callTool({ name: "message", arguments: {} });
    expect(ids).toEqual(["toolu_7", undefined]);
  });
});

describe("who may ask", () => {
  const INITIALIZE = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } },
  });

  async function post(gated: GatedProcess, headers: Record<string, string>): Promise<number> {
    const { request } = await import("node:http");
    return new Promise((resolve, reject) => {
      const asking = request(
        gated.mcpServer.url,
        {
          method: "POST",
          agent: false,
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            ...headers,
          },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      asking.on("error", reject);
      asking.end(INITIALIZE);
    });
  }

  it("is whoever has the secret, from no page and under no other name", async () => {
    const gated = await gate.open("http");
    const authorization = `Bearer ${gated.environment[GATE_TOKEN] ?? ""}`;
    expect(await post(gated, { authorization })).toBe(200);
    expect(await post(gated, {})).toBe(401);
    expect(await post(gated, { authorization: "Bearer guess" })).toBe(401);
    expect(await post(gated, { authorization, origin: "https://evil.example" })).toBe(403);
    expect(await post(gated, { authorization, origin: "null" })).toBe(403);
    expect(await post(gated, { authorization, host: "evil.example" })).toBe(403);
    expect(await post(gated, { authorization, host: `localhost:${new URL(gated.mcpServer.url).port}` })).toBe(
      403,
    );
    expect(await post(gated, { authorization, "mcp-session-id": "of-somebody-else" })).toBe(404);
    await gated.close();
  });

  it("sees the tools of its own conversation alone", async () => {
    const one = await gate.open("http");
    const other = await gate.open("http");
    const ofOne = toolsNamed(["message"]);
    await one.tools.offer(ofOne);
    await other.tools.offer(toolsNamed(["cron"]));
    const client = await connect(other);
    expect(namesOf(await client.listTools())).toEqual(["cron"]);
    expect(await client.callTool({ name: "message", arguments: {} })).toMatchObject({ isError: true });
    expect(ofOne.called).toEqual([]);
  });

  it("keeps the secret out of the definition of the server", async () => {
    const gated = await gate.open("http");
    expect(JSON.stringify(gated.mcpServer)).not.toContain(gated.environment[GATE_TOKEN]);
    expect(gated.mcpServer.headers).toEqual([{ name: "Authorization", value: `Bearer \${${GATE_TOKEN}}` }]);
  });
});
