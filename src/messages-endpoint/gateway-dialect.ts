import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fault, faultBody } from "../translator/endpoint-fault.ts";
import { newApiId } from "./api-id.ts";
import { REQUEST_ID_HEADER } from "./messages-endpoint.ts";

/** Node tells it of each request to any server of the process, before the server itself hears of it. */
const REQUEST_STARTS = "http.server.request.start";

/**
 * Lets clients of the Messages API be understood by the Gateway, which decides who may ask before a plugin's route hears
 * of a request: a key in `x-api-key` is shown to it as the bearer token that it looks for, and what it refuses is told in
 * the API's own form. It is the Gateway that compares, counts and locks out. Returns the way to end it.
 */
export function speakMessagesApi(options: { basePath: string; isEnabled(): boolean }): () => void {
  const onRequest = (event: unknown): void => {
    const { request, response } = event as { request: IncomingMessage; response: ServerResponse };
    if (request.url?.startsWith(`${options.basePath}/`) !== true || !options.isEnabled()) return;
    showKeyAsToken(request);
    rewordRefusals(response);
  };
  subscribe(REQUEST_STARTS, onRequest);
  return () => {
    unsubscribe(REQUEST_STARTS, onRequest);
  };
}

function showKeyAsToken({ headers }: IncomingMessage): void {
  const key = headers["x-api-key"];
  if (headers.authorization !== undefined || typeof key !== "string" || key === "") return;
  headers.authorization = `Bearer ${key}`;
}

const WORDS: Record<number, string> = {
  401: "The Gateway does not know this key. Give its token, as x-api-key or as bearer token.",
  403: "The Gateway does not let this client in.",
  404: "There is nothing at this address.",
  429: "The Gateway lets nobody in from there for a while: too many wrong keys.",
  503: "The Gateway is starting or ending. Try again.",
};

type End = (...args: unknown[]) => ServerResponse;

function rewordRefusals(response: ServerResponse): void {
  const end = response.end.bind(response) as End;
  const reword: End = (...args) => {
    const { statusCode: status } = response;
    const isOurs = response.hasHeader(REQUEST_ID_HEADER);
    if (status < 400 || isOurs || response.headersSent) return end(...args);
    response.removeHeader("content-length");
    response.setHeader("content-type", "application/json");
    response.setHeader(REQUEST_ID_HEADER, newApiId("req"));
    const words = WORDS[status] ?? "The Gateway refused the request.";
    return end(JSON.stringify(faultBody(fault(status, words))));
  };
  response.end = reword as typeof response.end;
}
