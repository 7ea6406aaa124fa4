import { APICallError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { BrokenAnswerError } from "./broken-answer-error.ts";
import { overflowWords } from "./context-overflow.ts";
import { readReport, type EndpointReport } from "./endpoint-report.ts";

/** An error as the Messages API tells it. */
export type EndpointFault = {
  status: number;
  /** The API's name for this kind of error. */
  type: string;
  message: string;
  /** Headers of the endpoint's answer that Claude Code acts on. */
  headers: Record<string, string>;
};

const TYPES: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  413: "request_too_large",
  422: "invalid_request_error",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

const KEPT_HEADERS =
  /^(?:retry-after(?:-ms)?|x-should-retry|x-request-id|request-id|(?:x-|anthropic-)?ratelimit-.+)$/;
const BAD_GATEWAY = 502;
const NETWORK_CODE = /^[A-Z][A-Z0-9_]+$/;

/** What to tell Claude Code of an error; the endpoint's own words, where it has any, without its key. */
export function endpointFault(error: unknown, apiKey: string | undefined): EndpointFault {
  if (APICallError.isInstance(error)) return callFault(error, apiKey);
  if (BrokenAnswerError.isInstance(error)) return brokenFault(error.reported, apiKey);
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return fault(400, `Chat Completions can not carry this: ${error.functionality}.`);
  }
  return fault(BAD_GATEWAY, "The endpoint's answer could not be read.");
}

export function fault(status: number, message: string, headers: Record<string, string> = {}): EndpointFault {
  return { status, type: TYPES[status] ?? "api_error", message, headers };
}

export function faultBody({ type, message }: EndpointFault): Record<string, unknown> {
  return { type: "error", error: { type, message } };
}

function callFault(error: APICallError, apiKey: string | undefined): EndpointFault {
  const { statusCode, responseBody, responseHeaders } = error;
  if (statusCode === undefined) {
    return fault(BAD_GATEWAY, `The endpoint can not be reached (${networkCode(error)}).`);
  }
  if (statusCode < 400) return fault(BAD_GATEWAY, "The endpoint's answer is none of Chat Completions.");
  const report = readReport(responseBody, apiKey);
  return reportFault(statusCode, report, keptHeaders(responseHeaders ?? {}));
}

function brokenFault(reported: unknown, apiKey: string | undefined): EndpointFault {
  // Of the library, about a piece that it could not read: its words would quote the piece.
  if (reported instanceof Error) {
    return fault(BAD_GATEWAY, "The endpoint broke its answer off, or sent what is none of Chat Completions.");
  }
  const report = readReport(JSON.stringify({ error: reported }), apiKey);
  return reportFault(report.status ?? BAD_GATEWAY, report);
}

function reportFault(
  status: number,
  report: EndpointReport,
  headers: Record<string, string> = {},
): EndpointFault {
  const overflow = overflowWords(report);
  if (overflow !== undefined) return fault(400, overflow, headers);
  return fault(status, report.message ?? `The endpoint answered with status ${status}.`, headers);
}

function keptHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => KEPT_HEADERS.test(name.toLowerCase())),
  );
}

/** Of the innermost cause that has one, for example ECONNREFUSED. */
function networkCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "no connection";
  if ("code" in error && typeof error.code === "string" && NETWORK_CODE.test(error.code)) return error.code;
  return "cause" in error ? networkCode(error.cause) : "no connection";
}
