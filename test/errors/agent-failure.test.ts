import { describe, expect, it } from "vitest";
import { agentFailure, withResetTime } from "../../src/errors/agent-failure.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";

const CONTEXT = { during: "session/prompt" };

function rpcError(code: number, message: string, data?: unknown): Error {
  return Object.assign(new Error(message), { code, data });
}

describe("the JSON-RPC code", () => {
  it.each([
    [-32000, "agent-auth"],
    [-32002, "agent-session-lost"],
    [-32603, "agent-failed"],
    [-32700, "agent-protocol"],
    [-32600, "agent-protocol"],
    [-32601, "agent-protocol"],
    [-32602, "agent-protocol"],
    [1, "agent-failed"],
  ])("%i means %s", (code, expected) => {
    expect(agentFailure(rpcError(code, "words"), CONTEXT).code).toBe(expected);
  });

  it("says more than the kind, and the kind more than the words", () => {
    const kind = { errorKind: "rate_limit" };
    expect(agentFailure(rpcError(-32000, "overloaded", kind), CONTEXT).code).toBe("agent-auth");
    expect(agentFailure(rpcError(-32603, "overloaded", kind), CONTEXT).code).toBe("agent-limit");
  });
});

describe("data.errorKind", () => {
  it.each([
    ["rate_limit", "agent-limit", true],
    ["billing_error", "agent-limit", false],
    ["authentication_failed", "agent-auth", false],
    ["oauth_org_not_allowed", "agent-auth", false],
    ["server_error", "agent-overloaded", true],
    ["overloaded", "agent-overloaded", true],
    ["account_on_hold", "agent-auth", false],
    ["verification_required", "agent-auth", false],
    ["cloud_credential_error", "agent-auth", false],
    ["transport_lost", "adapter-crashed", true],
    ["worker_shutdown", "adapter-crashed", true],
    ["model_not_found", "agent-failed", false],
    ["max_output_tokens", "agent-failed", false],
    ["incomplete_tool_call", "agent-failed", true],
    ["no_result", "agent-failed", true],
    ["unknown", "agent-failed", false],
    ["something_new", "agent-failed", false],
    ["constructor", "agent-failed", false],
    [{ not: "a string" }, "agent-failed", false],
  ])("%j means %s", (errorKind, code, retryable) => {
    const cause = rpcError(-32603, "Internal error", { errorKind });
    expect(agentFailure(cause, CONTEXT)).toMatchObject({ code, retryable, cause });
  });

  it("invalid_request is left to the words", () => {
    const data = { errorKind: "invalid_request" };
    expect(agentFailure(rpcError(-32603, "Prompt is too long", data), CONTEXT).code).toBe("agent-overflow");
    expect(agentFailure(rpcError(-32603, "messages: bad", data), CONTEXT).code).toBe("agent-failed");
  });
});

describe("the words, when nothing else tells", () => {
  it.each([
    ["Prompt is too long", "agent-overflow"],
    ["The context window exceeded its limit", "agent-overflow"],
    ["Invalid API key · Fix external API key", "agent-auth"],
    ["Please run /login", "agent-auth"],
    ["API Error: 401 unauthorized", "agent-auth"],
    ["Claude AI usage limit reached|1760000000", "agent-limit"],
    ["API Error: 429 rate_limit_error", "agent-limit"],
    ["API Error: 529 Overloaded", "agent-overloaded"],
    ["API Error: 503 Service Unavailable", "agent-overloaded"],
    ["Your credit balance is too low to access the Anthropic API.", "agent-limit"],
    ["You've hit your limit · resets 3pm", "agent-limit"],
    ["Session limit reached", "agent-limit"],
    ["OAuth token has expired", "agent-auth"],
    ["Your account has been disabled", "agent-auth"],
    ["API Error: Connection error.", "agent-overloaded"],
    ["connect ECONNREFUSED 127.0.0.1:1", "agent-overloaded"],
    ["There's an issue with the selected model (x).", "agent-failed"],
    ["No conversation found with session ID: 1", "agent-session-lost"],
    ["Claude Code process exited unexpectedly", "adapter-crashed"],
    ["The session has ended", "adapter-crashed"],
    ["Query closed before response received", "agent-failed"],
    ["Read 14290 lines of 5003", "agent-failed"],
    ["", "agent-failed"],
  ])("%j means %s", (message, code) => {
    expect(agentFailure(rpcError(-32603, message), CONTEXT).code).toBe(code);
  });

  it("are looked for in the details as well, and quoted once", () => {
    const failure = agentFailure(
      rpcError(-32603, "Internal error", { details: "Prompt is too long" }),
      CONTEXT,
    );
    expect(failure.code).toBe("agent-overflow");
    expect(failure.message).toContain("during session/prompt: Prompt is too long.");
    const repeated = rpcError(-32603, "Prompt is too long", { details: "Prompt is too long" });
    expect(agentFailure(repeated, CONTEXT).message.match(/too long/g)).toHaveLength(1);
  });
});

describe("the words that a person reads", () => {
  function told(message: string): string {
    return agentFailure(rpcError(-32603, message), CONTEXT).message;
  }

  it.each([
    ["Internal error: It broke", "It broke."],
    ["Internal error", "Internal error."],
    [
      'API Error: 500 {"type":"error","error":{"type":"api_error","message":"It broke"}}',
      "API Error: 500 It broke.",
    ],
    ["API Error: 500 {broken}", "API Error: 500 {broken}."],
    ['API Error: 500 {"message":1}', 'API Error: 500 {"message":1}.'],
    ["Claude AI usage limit reached|1760000000", "Claude AI usage limit reached."],
    ["two\n\u001b[31mred\u001b[0m\u0007 lines", "two red lines."],
    [`half \ud83d`, "half \ufffd."],
  ])("are no wrapping, no JSON and no control characters: %j", (message, expected) => {
    expect(told(message).split("during session/prompt: ")[1]).toBe(expected);
  });

  it("are no dump", () => {
    expect(told("x".repeat(10_000)).length).toBeLessThan(700);
  });

  it("tell a limit from an account that cannot pay", () => {
    const limit = agentFailure(rpcError(-32603, "Rate limited", { errorKind: "rate_limit" }), CONTEXT);
    expect(limit.message).toContain("reported a limit during session/prompt");
    expect(limit.mend).toContain("Wait until the limit resets");
    const billing = agentFailure(rpcError(-32603, "Credit balance is too low"), CONTEXT);
    expect(billing.message).toContain("the account cannot pay");
    expect(billing.mend).toContain("billing");
  });
});

describe("when a limit is over", () => {
  const now = new Date("2026-11-21T15:00:00Z");
  const resetAt = new Date("2026-11-21T17:05:00Z");

  it("is told with the error, in words that need no time zone", () => {
    const data = { errorKind: "rate_limit", resetsAt: resetAt.getTime() / 1000 };
    const failure = agentFailure(rpcError(-32603, "Rate limited", data), { ...CONTEXT, now });
    expect(failure.resetAt).toEqual(resetAt);
    expect(failure.toParagraph()).toContain(
      "Rate limited. It resets at 2026-11-21 17:05 UTC (in 2 h 5 min). Wait until",
    );
  });

  it("is found in the words of an overload as well, and in those of no other error", () => {
    const overloaded = agentFailure(rpcError(-32603, "529 Overloaded, retry after 60"), { ...CONTEXT, now });
    expect(overloaded.resetAt).toEqual(new Date("2026-11-21T15:01:00Z"));
    const other = agentFailure(rpcError(-32603, "It broke, retry after 60"), { ...CONTEXT, now });
    expect(other.resetAt).toBeUndefined();
  });

  it("is added when it becomes known another way, once, and only to a limit that resets", () => {
    const limit = agentFailure(rpcError(-32603, "Rate limited"), { ...CONTEXT, now });
    const told = withResetTime(limit, { resetAt, now });
    expect(told).toMatchObject({ code: "agent-limit", retryable: true, mend: limit.mend, resetAt });
    expect(told.message).toContain("Rate limited. It resets at 2026-11-21 17:05 UTC");
    expect(withResetTime(told, { resetAt: new Date("2026-11-22T00:00:00Z"), now })).toBe(told);
    expect(withResetTime(limit, { resetAt: undefined, now })).toBe(limit);
    expect(withResetTime(limit, { resetAt: now, now })).toBe(limit);
    const billing = agentFailure(rpcError(-32603, "Credit balance is too low"), CONTEXT);
    expect(withResetTime(billing, { resetAt, now })).toBe(billing);
  });
});

describe("what is no JSON-RPC error", () => {
  it.each([new Error("ACP connection closed"), "a string", undefined, null, { code: "ENOENT" }])(
    "is a fault of the connection: %j",
    (cause) => {
      expect(agentFailure(cause, CONTEXT)).toMatchObject({ code: "agent-protocol", retryable: true });
    },
  );

  it("stays itself when it is one of ours already", () => {
    const ours = new ContractorError("adapter-timeout", { message: "Late.", mend: "Again." });
    expect(agentFailure(ours, CONTEXT)).toBe(ours);
  });
});
