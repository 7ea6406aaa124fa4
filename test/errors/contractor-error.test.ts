import { afterEach, describe, expect, it, vi } from "vitest";
import { ContractorError, exitStatusOf } from "../../src/errors/contractor-error.ts";
import { ERROR_CODES } from "../../src/errors/error-codes.ts";
import { unexpectedFailure } from "../../src/errors/unexpected-failure.ts";

const OPTIONS = { message: "It broke.", mend: "Mend it." };

afterEach(() => {
  vi.resetModules();
});

describe("ContractorError", () => {
  it("carries its code, its mend and its cause", () => {
    const cause = new Error("deeper");
    const error = new ContractorError("agent-failed", { ...OPTIONS, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "ContractorError", code: "agent-failed", cause, retryable: false });
    expect(error.toParagraph()).toBe("It broke. Mend it.");
    expect("cause" in new ContractorError("agent-failed", OPTIONS)).toBe(false);
  });

  it("is known across copies of its module", async () => {
    vi.resetModules();
    const copy = await import("../../src/errors/contractor-error.ts");
    expect(copy.ContractorError).not.toBe(ContractorError);
    const foreign = new copy.ContractorError("session-busy", OPTIONS);
    expect(foreign).not.toBeInstanceOf(ContractorError);
    expect(ContractorError.isInstance(foreign)).toBe(true);
    expect(copy.ContractorError.isInstance(new ContractorError("usage", OPTIONS))).toBe(true);
  });

  it.each([new Error("plain"), { code: "usage", mend: "" }, "usage", null, undefined])(
    "is not %s",
    (value) => {
      expect(ContractorError.isInstance(value)).toBe(false);
    },
  );
});

describe("the exit status of a command", () => {
  it.each(ERROR_CODES)("for %s is 2 only when the usage was wrong", (code) => {
    expect(exitStatusOf(new ContractorError(code, OPTIONS))).toBe(code === "usage" ? 2 : 1);
  });
});

describe("unexpectedFailure", () => {
  it("leaves a ContractorError as it is", () => {
    const error = new ContractorError("usage", OPTIONS);
    expect(unexpectedFailure(error)).toBe(error);
  });

  it.each([
    [new Error("disk on fire"), "disk on fire"],
    ["words", "words"],
    [undefined, "undefined"],
  ])("names %s instead of hiding it", (cause, words) => {
    const error = unexpectedFailure(cause);
    expect(error.code).toBe("agent-failed");
    expect(error.cause).toBe(cause);
    expect(error.message).toContain(words);
  });
});
