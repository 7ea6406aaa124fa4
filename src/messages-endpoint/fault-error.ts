import { fault, type EndpointFault } from "../translator/endpoint-fault.ts";

/** A refusal that the client is told as it is. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly fault: EndpointFault;

  constructor(status: number, message: string, headers?: Record<string, string>) {
    super(message);
    this.fault = fault(status, message, headers);
  }
}

/** Anything else is a fault of this plugin, and its words are no client's. */
export function faultOf(error: unknown): EndpointFault {
  return error instanceof FaultError
    ? error.fault
    : fault(500, "The request failed inside the Gateway; its log says more.", NO_RETRY);
}

/** Tells the client's library not to send the request again by itself: a turn is taken once. */
export const NO_RETRY = { "x-should-retry": "false" };
