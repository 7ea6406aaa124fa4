import { describe, expect, it } from "vitest";
import {
  verdictOnResume,
  type ResumeVerdict,
  type TranscriptWitness,
} from "../../src/contractor/recovery.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/errors/error-codes.ts";

const WITNESSES: TranscriptWitness[] = ["present", "missing", "unseen"];

/** Answers of the agent that may speak for a missing session. */
const TELLING: ErrorCode[] = ["agent-session-lost", "agent-failed"];

function failure(code: ErrorCode): ContractorError {
  return new ContractorError(code, { message: "It failed.", mend: "Mend it." });
}

describe("after the agent was asked to resume", () => {
  it.each<[ErrorCode | null, TranscriptWitness, ResumeVerdict]>([
    [null, "present", "continue"],
    [null, "missing", "replace"],
    [null, "unseen", "continue"],
    ["agent-session-lost", "present", "fail"],
    ["agent-session-lost", "missing", "replace"],
    ["agent-session-lost", "unseen", "replace"],
    ["agent-failed", "present", "fail"],
    ["agent-failed", "missing", "replace"],
    ["agent-failed", "unseen", "fail"],
  ])("the answer %s and a transcript that is %s mean: %s", (code, witness, verdict) => {
    expect(verdictOnResume(code === null ? null : failure(code), witness)).toBe(verdict);
  });

  it.each(ERROR_CODES.filter((code) => !TELLING.includes(code)))(
    "the answer %s proves nothing, whatever the transcript says",
    (code) => {
      const verdicts = WITNESSES.map((witness) => verdictOnResume(failure(code), witness));
      expect(verdicts).toEqual(["fail", "fail", "fail"]);
    },
  );
});
