import { describe, expect, it } from "vitest";
import { FaultError } from "../../src/messages-endpoint/fault-error.ts";
import { readQuestion, type Question } from "../../src/messages-endpoint/read-question.ts";
import { readMessagesRequest } from "../../src/translator/messages-request.ts";

const PIXEL = "iVBORw0KGgo=";
const image = { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } };

function questionOf(body: Record<string, unknown>): Question {
  const { request, problem } = readMessagesRequest(JSON.stringify({ model: "dev", ...body }));
  if (request === undefined) throw new Error(problem);
  return readQuestion(request, { maxImages: 2 });
}

function refusalOf(body: Record<string, unknown>): unknown {
  try {
    return questionOf(body);
  } catch (error) {
    return error instanceof FaultError ? error.fault : error;
  }
}

describe("what a client asks", () => {
  it("is what the user has said since the last answer; the rest is history", () => {
    const question = questionOf({
      system: [{ type: "text", text: "Be brief." }],
      messages: [
        { role: "user", content: "one" },
        { role: "assistant", content: [{ type: "text", text: "two" }] },
        { role: "system", content: "Be polite." },
        { role: "user", content: "three" },
        { role: "user", content: [{ type: "text", text: "four" }, image] },
      ],
    });
    expect(question).toEqual({
      text: "three\n\nfour",
      images: [{ mediaType: "image/png", data: PIXEL }],
      system: "Be brief.\n\nBe polite.",
      history: [
        { role: "user", text: "one" },
        { role: "assistant", text: "two" },
      ],
    });
  });

  it("may be an image alone, and have no system prompt", () => {
    const question = questionOf({ tools: [], messages: [{ role: "user", content: [image] }] });
    expect(question).toMatchObject({ text: "(See the image.)", system: undefined, history: [] });
  });
});

describe("what a contractor cannot do for a client", () => {
  const hello = [{ role: "user", content: "hi" }];
  it.each([
    ["tools", { messages: hello, tools: [{ name: "look" }] }, /^tools: /],
    ["servers", { messages: hello, mcp_servers: [{ name: "look" }] }, /^mcp_servers: /],
    ["an answer that is begun", { messages: [...hello, { role: "assistant", content: "I" }] }, /last one/],
    ["nothing", { messages: [] }, /last one/],
    ["an empty message", { messages: [{ role: "user", content: " " }] }, /is empty/],
    [
      "a tool's result",
      { messages: [{ role: "user", content: [{ type: "tool_result" }] }] },
      /"tool_result"/,
    ],
    ["too many images", { messages: [{ role: "user", content: [image, image, image] }] }, /3 images; 2/],
    [
      "an image by its address",
      { messages: [{ role: "user", content: [{ type: "image", source: { type: "url", url: "x" } }] }] },
      /base64/,
    ],
  ])("%s is refused", (_, body, words) => {
    expect(refusalOf(body)).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      message: expect.stringMatching(words) as string,
    });
  });
});
