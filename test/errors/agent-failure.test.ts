import { describe, expect, it } from "vitest";
import { agentFailure } from "../../src/errors/agent-failure.ts";
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
    ["billing_error", "agent-limit", true],
    ["authentication_failed", "agent-auth", false],
    ["oauth_org_not_allowed", "agent-auth", false],
    ["server_error", "agent-overloaded", true],
    ["overloaded", "agent-overloaded", true],
    ["account_on_hold", "agent-auth", false],
    ["verification_required", "agent-auth", false],
    ["cloud_credential_error", "agent-auth", false],
    ["transport_lost", "adapter-crashed", true],
    ["worker_shutdown", "adapter-crashed", true],
    ["something_new", "agent-failed", false],
    [{ not: "a string" }, "agent-failed", false],
  ])("%j means %s", (errorKind, code, retryable) => {
    const cause = rpcError(-32603, "Internal error", { errorKind });
    expect(agentFailure(cause, CONTEXT)).toMatchObject({ code, retryable, cause });
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
    expect(failure.message).toContain("during session/prompt: Internal error: Prompt is too long");
    const repeated = rpcError(-32603, "Prompt is too long", { details: "Prompt is too long" });
    expect(agentFailure(repeated, CONTEXT).message.match(/too long/g)).toHaveLength(1);
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
