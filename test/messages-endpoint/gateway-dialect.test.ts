import Anthropic from "@anthropic-ai/sdk";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { speakMessagesApi } from "../../src/messages-endpoint/gateway-dialect.ts";

const PATH = "/contractor-agent/anthropic";

/** Refuses as the Gateway does, and answers with the headers that it saw. */
const gateway = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  if (request.headers.authorization === "Bearer right") {
    response.setHeader("request-id", "req_of-the-route");
    response.end(JSON.stringify({ data: [], has_more: false, seen: request.headers.authorization }));
    return;
  }
  const locked = request.headers.authorization === "Bearer locked";
  response.statusCode = locked ? 429 : 401;
  if (locked) response.setHeader("retry-after", "60");
  response.end(JSON.stringify({ error: { message: "Unauthorized", type: "unauthorized" } }));
});

let url: string;
let enabled = true;
let silence: () => void;

beforeEach(async () => {
  enabled = true;
  silence = speakMessagesApi({ basePath: PATH, isEnabled: () => enabled });
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const address = gateway.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});

afterEach(async () => {
  silence();
  gateway.closeAllConnections();
  gateway.close();
  await once(gateway, "close");
});

async function asked(
  headers: Record<string, string>,
  path = `${PATH}/v1/models`,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

describe("a key in x-api-key", () => {
  it("is shown to the Gateway as its token", async () => {
    expect((await asked({ "x-api-key": "right" })).status).toBe(200);
    expect((await asked({ "x-api-key": "wrong" })).status).toBe(401);
  });

  it("takes no bearer token's place, and counts nowhere else", async () => {
    expect((await asked({ "x-api-key": "right", authorization: "Bearer wrong" })).status).toBe(401);
    expect((await asked({ "x-api-key": "right" }, "/v1/models")).status).toBe(401);
    expect((await asked({ "x-api-key": "right" }, `${PATH}-other/v1`)).status).toBe(401);
    enabled = false;
    expect((await asked({ "x-api-key": "right" })).status).toBe(401);
    enabled = true;
    silence();
    expect((await asked({ "x-api-key": "right" })).status).toBe(401);
  });
});

describe("what the Gateway refuses", () => {
  it("is told in the API's form", async () => {
    const client = new Anthropic({ baseURL: `${url}${PATH}`, apiKey: "wrong", maxRetries: 0 });
    const error: unknown = await client.models.list().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(error).toMatchObject({ status: 401, type: "authentication_error" });
    expect(error).toHaveProperty("requestID", expect.stringMatching(/^req_/));
  });

  it("keeps the time after which it may be tried again", async () => {
    const response = await fetch(`${url}${PATH}/v1/models`, { headers: { "x-api-key": "locked" } });
    expect(response.headers.get("retry-after")).toBe("60");
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
  });

  it("keeps its own words elsewhere", async () => {
    expect((await asked({}, "/v1/models")).body).toEqual({
      error: { message: "Unauthorized", type: "unauthorized" },
    });
  });
});
