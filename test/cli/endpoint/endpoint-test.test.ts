import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { addEndpoint } from "../../../src/cli/endpoint/endpoint-profiles.ts";
import { testEndpoint } from "../../../src/cli/endpoint/endpoint-test.ts";
import { probeAddressOf } from "../../../src/endpoint/endpoint-probe.ts";
import { createHostStandIn, type HostStandIn } from "../host-stand-in.ts";

const SECRET = "sk-secret-value";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of the Messages API that answers as it is told, and a profile for it. */
async function endpointThat(answers: { models?: Answer; messages?: Answer }): Promise<HostStandIn> {
  const server = createServer((request, response) => {
    const answer = request.method === "GET" ? answers.models : answers.messages;
    if (answer === undefined) response.writeHead(404).end("{}");
    else answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const home = await mkdtemp(join(tmpdir(), "cli-endpoint-test-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const host = await createHostStandIn(home);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  host.probeAddress = (endpoint) => probeAddressOf(endpoint, { baseUrl, key: SECRET });
  await addEndpoint(await host.context(), { name: "work", baseUrl });
  return host;
}

const MODELS: Answer = (request, response) => {
  const isAllowed = request.headers["x-api-key"] === SECRET;
  response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ data: [{ id: "large" }, { id: "mini" }] }));
};
const STREAM: Answer = (_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const events = [
    { type: "message_start", message: { model: "mini-2", content: [] } },
    { type: "content_block_start", content_block: { type: "tool_use", name: "report" } },
  ];
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
};
const refusal =
  (status: number, message: string): Answer =>
  (_request, response) =>
    response.writeHead(status).end(JSON.stringify({ type: "error", error: { message } }));

async function tested(host: HostStandIn, model?: string): ReturnType<typeof testEndpoint> {
  return testEndpoint(await host.context(), { name: "work", ...(model === undefined ? {} : { model }) });
}

describe("endpoint test", () => {
  it("says what answered, which models there are, and whether streaming and tools work", async () => {
    const { data, text } = await tested(await endpointThat({ models: MODELS, messages: STREAM }));
    expect(data).toMatchObject({ models: ["large", "mini"], model: "mini", answeredBy: "mini-2" });
    expect(data).toMatchObject({ status: 200, streams: true, usesTools: true });
    const shown = stripVTControlCharacters(text);
    expect(shown).toMatch(/^The endpoint "work" answers \(first byte after \d+ ms\)\./);
    expect(shown).toMatch(/answered by +mini-2\n +models +large, mini\n +streaming +works\n +tools +work$/);
  });

  it("says when it does not stream and has no tools", async () => {
    const messages: Answer = (_request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"model":"m","content":[]}');
    const { data, text } = await tested(await endpointThat({ messages }), "m");
    expect(data).toMatchObject({ streams: false, usesTools: false, models: [] });
    expect(text).toContain("answers come all at once");
    expect(text).toContain("were not used");
  });

  it.each([
    [401, "invalid x-api-key", "Check the key"],
    [404, "model: nothing", "Check the address and the model's name"],
    [529, "Overloaded", "Try again later"],
    [400, "max_tokens: too few", "Check the profile's format"],
  ])("fails when it refuses with %i, in its words and with what to do", async (status, words, mend) => {
    const host = await endpointThat({ models: MODELS, messages: refusal(status, words) });
    await expect(tested(host)).rejects.toMatchObject({
      code: "endpoint-test-failed",
      message: `The endpoint "work" refused (HTTP ${status}): ${words}`,
      mend: expect.stringContaining(mend) as string,
    });
  });

  it("fails when nobody is there, and when nobody says which model to ask", async () => {
    const host = await endpointThat({ messages: STREAM });
    await expect(tested(host)).rejects.toMatchObject({
      code: "usage",
      mend: expect.stringContaining("--model") as string,
    });
    host.probeAddress = () => ({ baseUrl: "http://127.0.0.1:1", headers: {} });
    await expect(tested(host)).rejects.toMatchObject({
      code: "endpoint-test-failed",
      message: expect.stringContaining("does not answer") as string,
    });
  });
});
