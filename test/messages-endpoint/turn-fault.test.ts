import { expect, it } from "vitest";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import type { ErrorCode } from "../../src/errors/error-codes.ts";
import { turnFault } from "../../src/messages-endpoint/turn-fault.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function failed(code: ErrorCode, resetAt?: Date): ContractorError {
  return new ContractorError(code, {
    message: "It failed.",
    mend: "Mend it.",
    ...(resetAt === undefined ? {} : { resetAt }),
  });
}

it.each<[ErrorCode, number, string]>([
  ["usage", 400, "invalid_request_error"],
  ["budget-exceeded", 402, "billing_error"],
  ["turn-blocked", 403, "permission_error"],
  ["contractor-unknown", 404, "not_found_error"],
  ["session-busy", 409, "conflict_error"],
  ["agent-limit", 429, "rate_limit_error"],
  ["agent-auth", 500, "api_error"],
  ["turn-silent", 504, "timeout_error"],
  ["agent-overloaded", 529, "overloaded_error"],
])("%s is %i, %s", (code, status, type) => {
  const { fault } = turnFault(failed(code), { accepted: false, now: NOW });
  expect(fault).toMatchObject({ status, type, message: "It failed. Mend it." });
  expect(fault.headers).not.toHaveProperty("x-should-retry");
});

it("tells when a limit is over, and that a message which was taken is not to be sent again", () => {
  const error = failed("agent-limit", new Date(NOW + 90_500));
  expect(turnFault(error, { accepted: true, now: NOW }).fault.headers).toEqual({
    "retry-after": "91",
    "x-should-retry": "false",
  });
});
