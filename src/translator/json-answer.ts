import type { ServerResponse } from "node:http";
import { faultBody, type EndpointFault } from "./endpoint-fault.ts";

/** Answers in JSON; a client that has hung up is no error. */
export function answerJson(response: ServerResponse, body: unknown, status = 200): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export function answerFault(response: ServerResponse, fault: EndpointFault): void {
  if (response.destroyed) return;
  response.writeHead(fault.status, { ...fault.headers, "content-type": "application/json" });
  response.end(JSON.stringify(faultBody(fault)));
}
