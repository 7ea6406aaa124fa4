import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { errorReply } from "../fixtures/scripted-messages-api/reply.ts";
import type { RecordedRequest } from "../fixtures/scripted-messages-api/request-log.ts";
import { chatHistory } from "./world/chat-history.ts";
import { createContractorWorld, editPluginConfig, type ContractorWorld } from "./world/contractor-world.ts";
import { RED_DOT } from "./world/red-dot.ts";
import { createTurnScript } from "./world/turn-script.ts";
import { refusalOf } from "../messages-endpoint/refusal.ts";

const script = createTurnScript();
let world: ContractorWorld;
let gateway: Gateway;
let client: Anthropic;

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  world.model.respondWith(script.responder);
  world.model.interceptWith(({ lastUserText }) =>
    lastUserText.includes("the limit of the month")
      ? errorReply(429, "the limit resets in 60 minutes", { "retry-after": "3600" })
      : undefined,
  );
  await editPluginConfig(world.openclaw, (config) => {
    config["messagesEndpoint"] = { enabled: true, maxConcurrentTurns: 2 };
  });
  gateway = await world.openclaw.startGateway();
  client = clientWith(gateway.token);
});

afterAll(async () => {
  await world.dispose();
});

function clientWith(apiKey: string): Anthropic {
  return new Anthropic({ baseURL: `${gateway.url}/contractor-agent/anthropic`, apiKey, maxRetries: 0 });
}

type Asked = {
  content: Anthropic.MessageParam["content"];
  conversation: string;
  earlier?: Anthropic.MessageParam[];
  onText?: (piece: string) => void;
  model?: string;
};

function startAsking({ content, conversation, earlier = [], onText, model = "contractor/dev" }: Asked) {
  const stream = client.messages.stream(
    { model, max_tokens: 1_000, messages: [...earlier, { role: "user", content }] },
    { headers: { "x-contractor-conversation": conversation } },
  );
  if (onText !== undefined) stream.on("text", onText);
  return stream;
}

async function textOf(stream: ReturnType<typeof startAsking>): Promise<string> {
  const { content } = await stream.finalMessage();
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

/** Long enough for a Claude process to start on a busy machine. */
const REQUEST_MS = 60_000;

function requestWith(text: string): Promise<RecordedRequest> {
  return world.model.waitForRequest(
    ({ purpose, lastUserText }) => purpose === "turn" && lastUserText.includes(text),
    REQUEST_MS,
  );
}

describe("the Anthropic SDK with a contractor as its model", () => {
  it("holds a conversation, each answer as it is said; the contractor remembers it by itself", async () => {
    const pieces: string[] = [];
    const first = await textOf(
      startAsking({
        conversation: "desk",
        content: "halves desk",
        onText: (piece) => {
          pieces.push(piece);
          script.release("desk");
        },
      }),
    );
    expect(first).toMatch(/^First half of desk.*\s+Second half of desk/);
    expect(pieces.length).toBeGreaterThan(1);
    await textOf(startAsking({ conversation: "desk", content: "remember the ash tree" }));
    const stream = startAsking({ conversation: "desk", content: "what did I ask you to remember?" });
    expect(await textOf(stream)).toContain("the ash tree");
    expect(await stream.finalMessage()).toMatchObject({ role: "assistant", stop_reason: "end_turn" });
    expect((await stream.finalMessage()).usage.output_tokens).toBeGreaterThan(0);
    // An ordinary conversation of OpenClaw's, with each message once.
    const history = await chatHistory(gateway, "agent:dev:messages:desk");
    expect(history.filter((line) => line === "user: remember the ash tree")).toHaveLength(1);
  });

  it("tells a contractor what was said before it came, once", async () => {
    const earlier: Anthropic.MessageParam[] = [
      { role: "user", content: "remember the birch tree" },
      { role: "assistant", content: "I will remember the birch tree." },
    ];
    await textOf(startAsking({ conversation: "moved", content: "say hello", earlier }));
    const told = await requestWith("say hello");
    expect(told.userTexts.join("\n")).toContain("user: remember the birch tree");
    await textOf(startAsking({ conversation: "moved", content: "say goodbye", earlier }));
    const next = await requestWith("say goodbye");
    expect(next.lastUserText).not.toContain("birch");
  });

  it("shows images, and says what the system prompt says", async () => {
    const message = await client.messages.create({
      model: "dev",
      max_tokens: 1_000,
      system: "Answer in verse.",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look here" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: RED_DOT } },
          ],
        },
      ],
    });
    expect(JSON.stringify(message.content)).toMatch(/1 image/);
    const asked = await requestWith("look here");
    expect(JSON.stringify(asked.body)).toContain("Answer in verse.");
  });

  it("lists the contractors", async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(["contractor/dev", "contractor/zed"]);
  });
});

describe("the Anthropic SDK is refused", () => {
  it("with a key that is not the Gateway's, however it is shown", async () => {
    expect(await refusalOf(clientWith("wrong").models.list())).toMatchObject({
      status: 401,
      type: "authentication_error",
    });
    const url = `${gateway.url}/contractor-agent/anthropic`;
    const statuses = await Promise.all(
      [{ "x-api-key": gateway.token }, { "x-api-key": "wrong" }, {}].map(
        async (headers) => (await fetch(`${url}/healthz`, { headers })).status,
      ),
    );
    expect(statuses).toEqual([200, 401, 401]);
  });

  it("for a model that is no contractor, and for tools of its own", async () => {
    const question = { max_tokens: 10, messages: [{ role: "user" as const, content: "hi" }] };
    expect(await refusalOf(client.messages.create({ model: "claude-opus-4", ...question }))).toMatchObject({
      status: 404,
      type: "not_found_error",
    });
    const tools: Anthropic.Tool[] = [{ name: "look", input_schema: { type: "object" } }];
    expect(await refusalOf(client.messages.create({ model: "dev", tools, ...question }))).toMatchObject({
      status: 400,
      type: "invalid_request_error",
    });
  });

  it("while the conversation is busy, and while too many are; the turn that is given up ends", async () => {
    const one = startAsking({ conversation: "desk", content: "hold one" });
    const ended = one.done().catch((error: unknown) => error);
    await requestWith("hold one");
    const busy = startAsking({ conversation: "desk", content: "say more" });
    expect(await refusalOf(busy.finalMessage())).toMatchObject({ status: 409, type: "conflict_error" });
    const second = textOf(startAsking({ conversation: "moved", content: "hold two" }));
    await requestWith("hold two");
    const many = startAsking({ conversation: "other", content: "say more" });
    expect(await refusalOf(many.finalMessage())).toMatchObject({ status: 429, type: "rate_limit_error" });
    one.abort();
    expect(await ended).toBeInstanceOf(Anthropic.APIUserAbortError);
    await expect.poll(async () => (await health())["running_turns"]).toBe(1);
    script.release("two");
    expect(await second).toContain("two");
    expect(await textOf(startAsking({ conversation: "desk", content: "say again" }))).toContain("again");
  });

  it("at the limit of the contractor's endpoint, with the time after which it is over", async () => {
    const asked = client.messages.create(
      { model: "dev", max_tokens: 10, messages: [{ role: "user", content: "say the limit of the month" }] },
      { headers: { "x-openclaw-session-key": "agent:dev:messages:desk" } },
    );
    const refusal = await refusalOf(asked);
    expect(refusal).toMatchObject({ status: 429, type: "rate_limit_error" });
    expect(Number(refusal.headers?.get("retry-after"))).toBeGreaterThan(3_000);
  });
});

/** What `GET …/healthz` answers. */
async function health(): Promise<Record<string, unknown>> {
  const url = `${gateway.url}/contractor-agent/anthropic/healthz`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${gateway.token}` } });
  return (await response.json()) as Record<string, unknown>;
}
