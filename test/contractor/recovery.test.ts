import { expect, it } from "vitest";
import { isSessionProvenGone } from "../../src/contractor/recovery.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/errors/error-codes.ts";

/** Answers of the agent that speak for a missing session, or for nothing at all. */
const WITNESSES: ErrorCode[] = ["agent-session-lost", "agent-failed"];

function failure(code: ErrorCode): ContractorError {
  return new ContractorError(code, { message: "It failed.", mend: "Mend it." });
}

it.each(WITNESSES)("%s and a missing transcript prove that the session is gone", async (code) => {
  expect(await isSessionProvenGone(failure(code), () => Promise.resolve(false))).toBe(true);
  expect(await isSessionProvenGone(failure(code), () => Promise.resolve(true))).toBe(false);
});

it.each(ERROR_CODES.filter((code) => !WITNESSES.includes(code)))(
  "%s proves nothing, with or without a transcript",
  async (code) => {
    expect(await isSessionProvenGone(failure(code), () => Promise.resolve(false))).toBe(false);
    expect(await isSessionProvenGone(failure(code), () => Promise.resolve(true))).toBe(false);
  },
);

it("does not take a folder that cannot be read for a missing transcript", async () => {
  const unreadable = (): Promise<boolean> => Promise.reject(new Error("EACCES"));
  await expect(isSessionProvenGone(failure("agent-session-lost"), unreadable)).rejects.toThrow("EACCES");
});
