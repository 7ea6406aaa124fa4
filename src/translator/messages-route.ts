import type { IncomingMessage, ServerResponse } from "node:http";
import type { Route } from "../loopback/loopback-server.ts";
import { readBody } from "../loopback/read-body.ts";
import { answerContext } from "./answer-context.ts";
import { chatCall } from "./chat-call.ts";
import { chatModel } from "./chat-model.ts";
import type { ChatUpstream } from "./chat-translator.ts";
import { endpointFault, fault, faultBody, type EndpointFault } from "./endpoint-fault.ts";
import { writeEventStream } from "./event-stream.ts";
import { answerFault, answerJson } from "./json-answer.ts";
import { createMatchedStop } from "./matched-stop.ts";
import { messageStream } from "./message-stream.ts";
import { readMessagesRequest, type MessagesRequest } from "./messages-request.ts";
import { wholeMessage } from "./whole-message.ts";

/** Twice what Anthropic's API takes. */
const BODY_LIMIT = 64 * 1024 * 1024;

/** `POST /v1/messages`: asks the upstream, and answers in Anthropic's form. */
export function createMessagesRoute(upstream: ChatUpstream): Route {
  return async (incoming, response) => {
    const { request, refusal } = await acceptRequest(incoming);
    if (refusal !== undefined) {
      answerFault(response, refusal);
      return;
    }
    try {
      await answer(request, { response, upstream });
    } catch (error) {
      answerFault(response, endpointFault(error, upstream.apiKey));
    }
  };
}

export type AcceptedRequest =
  { request: MessagesRequest; refusal?: never } | { request?: never; refusal: EndpointFault };

/** Reads a `POST` with a Messages API request. */
export async function acceptRequest(incoming: IncomingMessage): Promise<AcceptedRequest> {
  if (incoming.method !== "POST") return { refusal: fault(405, "This address takes POST alone.") };
  const body = await readBody(incoming, BODY_LIMIT);
  if (body === null) return { refusal: fault(413, `The request is longer than ${BODY_LIMIT} bytes.`) };
  const { request, problem } = readMessagesRequest(body);
  return request === undefined ? { refusal: fault(400, problem) } : { request };
}

/** Throws what the endpoint or the connection to it threw before the first byte of the answer. */
async function answer(
  request: MessagesRequest,
  { response, upstream }: { response: ServerResponse; upstream: ChatUpstream },
): Promise<void> {
  const stop = createMatchedStop(request.stop_sequences ?? []);
  const model = chatModel(upstream, request.model, stop.look);
  const context = answerContext(request, stop);
  const call = { ...chatCall(request), abortSignal: hangUp(response) };
  if (request.stream !== true) {
    answerJson(response, wholeMessage(await model.doGenerate(call), context));
    return;
  }
  const { stream } = await model.doStream(call);
  await writeEventStream(response, messageStream(stream, context), {
    failure: (error) => ({ ...faultBody(endpointFault(error, upstream.apiKey)), type: "error" }),
  });
}

/** Aborts when Claude Code has hung up, so that the model does not go on for nobody. */
function hangUp(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
  });
  return gone.signal;
}
