import { setImmediate } from "node:timers/promises";
import { agentHarnessStructuredInput } from "openclaw/plugin-sdk/agent-harness-runtime";
import { describe, expect, it } from "vitest";
import type { QuestionRequest } from "../../src/acp/acp-adapter.ts";
import type { OfferedTools } from "../../src/bridge/turn.ts";
import { createAttemptAuthority, type AttemptAuthority } from "../../src/openclaw/attempt-authority.ts";
import type { AskStructured } from "../../src/openclaw/attempt-questions.ts";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";
import { sampleAttempt } from "./attempt-params.ts";
import { permissionRequest } from "./permission-request.ts";

type Capabilities = AttemptParams["hostCapabilities"];
type Asked = Parameters<Capabilities["requestApproval"]>[0];

const SIGNAL = new AbortController().signal;
const ABORTED = AbortSignal.abort();
const START = 1_000_000;

function authorityOf(
  overrides: Parameters<typeof sampleAttempt>[0],
  {
    now = () => START,
    nativeTools,
    openclawTools = null,
    ask = () => Promise.reject(new Error("nobody is asked here")),
  }: {
    now?: () => number;
    nativeTools?: string[];
    openclawTools?: OfferedTools | null;
    ask?: AskStructured;
  } = {},
): { authority: AttemptAuthority; log: string[] } {
  const log: string[] = [];
  const authority = createAttemptAuthority(sampleAttempt(overrides), {
    nativeTools,
    openclawTools,
    log: (message) => log.push(message),
    now,
    ask,
  });
  return { authority, log };
}

describe("a call of a tool, before it begins,", () => {
  const BASH = { toolCallId: "toolu_1", toolName: "Bash", input: { command: "ls" } };
  type Outcome = Awaited<ReturnType<Capabilities["runBeforeToolCall"]>>;

  const check = (runBeforeToolCall: (request: unknown) => Promise<Outcome>, call = BASH) => {
    const { authority, log } = authorityOf({ hostCapabilities: { runBeforeToolCall } });
    return authority.onBeforeToolCall(call, SIGNAL).then((verdict) => ({ verdict, log }));
  };

  it("is told to OpenClaw by OpenClaw's name, with a clean id", async () => {
    const asked: unknown[] = [];
    const { verdict } = await check(
      (request) => {
        asked.push(request);
        return Promise.resolve({ blocked: false, params: { command: "ls" } });
      },
      { ...BASH, toolCallId: `id\u001b[2J\n${"x".repeat(500)}` },
    );
    expect(verdict).toEqual({ allow: true });
    expect(asked).toMatchObject([
      {
        toolName: "exec",
        params: { command: "ls" },
        toolCallId: expect.stringMatching(/^id x{96}…$/) as string,
      },
    ]);
  });

  it("is refused with the reason that OpenClaw has", async () => {
    const { verdict } = await check(() =>
      Promise.resolve({ blocked: true, kind: "veto", reason: "not today" }),
    );
    expect(verdict).toEqual({ allow: false, reason: "not today" });
    const silent = await check(() => Promise.resolve({ blocked: true, kind: "veto", reason: "" }));
    expect(silent.verdict).toEqual({ allow: false, reason: "OpenClaw refused this call." });
  });

  it("gets what OpenClaw made of it, where that can be said, and is refused where not", async () => {
    const rewritten = await check(() => Promise.resolve({ blocked: false, params: { command: "ls -l" } }));
    expect(rewritten.verdict).toEqual({ allow: true, input: { command: "ls -l" } });
    const odd = await check(() =>
      Promise.resolve({ blocked: false, params: { command: "ls", workdir: "/" } }),
    );
    expect(odd.verdict).toMatchObject({ allow: false });
    expect(odd.log).toEqual([expect.stringMatching(/does not fit Claude Code/)]);
  });

  it("is refused when OpenClaw cannot be asked, which the log tells and the model does not", async () => {
    const { verdict, log } = await check(() => Promise.reject(new Error("capability is closed")));
    expect(verdict).toEqual({
      allow: false,
      reason: "OpenClaw's policy could not be asked about this call.",
    });
    expect(log).toEqual([expect.stringMatching(/run-1: exec was refused: .*capability is closed/)]);
  });

  it("is refused when the tool is none of those that the policy leaves, whoever brought it", async () => {
    const { authority } = authorityOf(
      {
        hostCapabilities: {
          runBeforeToolCall: ({ params }) => Promise.resolve({ blocked: false, params }),
        },
      },
      { nativeTools: ["TodoWrite"] },
    );
    for (const toolName of ["Bash", "mcp__box__run"]) {
      expect(await authority.onBeforeToolCall({ ...BASH, toolName }, SIGNAL)).toMatchObject({ allow: false });
    }
    expect(await authority.onBeforeToolCall({ ...BASH, toolName: "TodoWrite" }, SIGNAL)).toEqual({
      allow: true,
    });
  });
});

describe("a permission request", () => {
  function asking(
    answer: Awaited<ReturnType<Capabilities["requestApproval"]>>,
    capabilities: Partial<Capabilities> = {},
  ) {
    const asked: Asked[] = [];
    const requestApproval: Capabilities["requestApproval"] = (request) => {
      asked.push(request);
      return Promise.resolve(answer);
    };
    return { asked, ...authorityOf({ hostCapabilities: { requestApproval, ...capabilities } }) };
  }

  it("shows a person the evidence, and offers no always for a command", async () => {
    const { authority, asked } = asking({ id: "1", decision: "allow-once" });
    expect(await authority.onPermissionRequest(permissionRequest(), SIGNAL)).toBe("allow-once");
    expect(asked).toMatchObject([
      {
        title: "Bash: ls",
        description: "ls",
        detail: "ls",
        severity: "warning",
        toolName: "claude-code:Bash",
        toolCallId: "toolu_1",
        allowedDecisions: ["allow-once", "deny"],
        timeoutMs: 600_000,
      },
    ]);
  });

  const WRITE = permissionRequest({ toolName: "Write", kind: "edit", rawInput: { file_path: "/a" } });

  it("offers an always for an edit, and takes it only there", async () => {
    const { authority, asked } = asking({ decision: "allow-always" });
    expect(await authority.onPermissionRequest(WRITE, SIGNAL)).toBe("allow-always");
    expect(asked[0]?.allowedDecisions).toEqual(["allow-once", "allow-always", "deny"]);
    expect(await authority.onPermissionRequest(permissionRequest(), SIGNAL)).toBe("deny");
  });

  it("waits for the decision that comes later", async () => {
    const waited: unknown[] = [];
    const { authority } = asking(
      { id: "plugin:1" },
      {
        waitForApproval: (request) => {
          waited.push(request);
          return Promise.resolve({ decision: "allow-once", terminalReason: undefined });
        },
      },
    );
    expect(await authority.onPermissionRequest(WRITE, SIGNAL)).toBe("allow-once");
    expect(waited).toMatchObject([{ approvalId: "plugin:1", timeoutMs: 600_000 }]);
  });

  it.each<[string, Awaited<ReturnType<Capabilities["requestApproval"]>>, Partial<Capabilities>]>([
    ["nobody can be asked", undefined, {}],
    ["a person says no", { decision: "deny" }, {}],
    [
      "there is no route",
      { id: "1", decision: null },
      { waitForApproval: () => Promise.resolve({ decision: null, terminalReason: undefined }) },
    ],
    ["the time is over", { id: "1" }, { waitForApproval: () => Promise.resolve(undefined) }],
    ["the waiting fails", { id: "1" }, { waitForApproval: () => Promise.reject(new Error("gone")) }],
    [
      "the turn is over meanwhile",
      { decision: "allow-once" },
      {
        assertActive: () => {
          throw new Error("closed");
        },
      },
    ],
  ])("means no when %s", async (_, answer, capabilities) => {
    expect(await asking(answer, capabilities).authority.onPermissionRequest(WRITE, SIGNAL)).toBe("deny");
  });

  it("means no when it was called off, before or while a person is asked", async () => {
    const before = asking({ decision: "allow-once" });
    expect(await before.authority.onPermissionRequest(WRITE, ABORTED)).toBe("deny");
    expect(before.asked).toEqual([]);
    const calling = new AbortController();
    const { authority } = authorityOf({
      hostCapabilities: {
        requestApproval: () => {
          calling.abort();
          return Promise.resolve({ decision: "allow-once" });
        },
      },
    });
    expect(await authority.onPermissionRequest(WRITE, calling.signal)).toBe("deny");
  });

  it("waits no longer than the turn may last, and not at all after it", async () => {
    let now = START;
    const asked: Asked[] = [];
    const { authority } = authorityOf(
      {
        timeoutMs: 60_000,
        hostCapabilities: {
          requestApproval: (request) => {
            asked.push(request);
            return Promise.resolve({ decision: "allow-once" });
          },
        },
      },
      { now: () => now },
    );
    now += 20_000;
    await authority.onPermissionRequest(WRITE, SIGNAL);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([40_000]);
    now += 40_000;
    expect(await authority.onPermissionRequest(WRITE, SIGNAL)).toBe("deny");
    expect(asked).toHaveLength(1);
  });

  it("names no call whose id is nothing but control characters", async () => {
    const { authority, asked } = asking({ decision: "deny" });
    await authority.onPermissionRequest({ ...WRITE, toolCallId: "\u001b[2J\u202e\n" }, SIGNAL);
    expect(asked[0]).not.toHaveProperty("toolCallId");
  });
});

describe("a question", () => {
  const QUESTION: QuestionRequest = {
    message: "Which one?",
    toolCallId: undefined,
    schema: {
      type: "object",
      properties: {
        question_0: { oneOf: [{ const: "Red" }, { const: "Blue" }] },
        question_0_custom: { type: "string" },
      },
    },
  };
  const BLUE: Awaited<ReturnType<AskStructured>> = {
    status: "answered",
    answers: { question_0: ["Blue"] },
    content: {},
  };

  /** Somebody watches the conversation. */
  const SEEN = { onPartialReply: () => undefined };

  it.each<[string, Partial<AttemptParams>]>([
    ["a schedule", { trigger: "cron" }],
    ["a heartbeat", { trigger: "heartbeat" }],
    ["the memory", { trigger: "memory" }],
    ["a one-shot command", { oneShotCliRun: true }],
    ["no conversation", { sessionKey: undefined }],
    ["another agent", { inputProvenance: { kind: "inter_session" } }],
    ["OpenClaw itself", { inputProvenance: { kind: "internal_system" } }],
    ["a turn whose time is over", { timeoutMs: 0 }],
  ])("is declined at once for %s: nobody is there", async (_, overrides) => {
    const { authority, log } = authorityOf({ ...SEEN, ...overrides });
    expect(await authority.onQuestion(QUESTION, SIGNAL)).toEqual({ action: "decline" });
    expect(log).toEqual([]);
  });

  it("is not even begun where nobody could see it, and Claude is told why", async () => {
    const { authority } = authorityOf({});
    const call = { toolCallId: "toolu_1", toolName: "AskUserQuestion", input: {} };
    expect(await authority.onBeforeToolCall(call, SIGNAL)).toEqual({
      allow: false,
      reason: expect.stringMatching(/^Nobody can be asked in this run\./) as unknown,
    });
  });

  it("is called off with its turn", async () => {
    expect(await authorityOf(SEEN).authority.onQuestion(QUESTION, ABORTED)).toEqual({ action: "cancel" });
  });

  it("is put once more when the host could not put it", async () => {
    let puts = 0;
    const ask = (): ReturnType<AskStructured> => {
      puts += 1;
      return puts === 1 ? Promise.reject(new Error("gateway timeout")) : Promise.resolve(BLUE);
    };
    const { authority, log } = authorityOf(SEEN, { ask });
    expect(await authority.onQuestion(QUESTION, SIGNAL)).toEqual({
      action: "accept",
      content: { question_0: "Blue" },
    });
    expect(log).toEqual([
      expect.stringMatching(/run-1: a question .* could not be asked: .*gateway timeout$/),
    ]);
  });

  it("goes without an answer when it cannot be put, and Claude is told why", async () => {
    const { authority, log } = authorityOf(SEEN);
    expect(await authority.onQuestion(QUESTION, SIGNAL)).toEqual({
      action: "accept",
      content: { question_0_custom: expect.stringMatching(/^\(OpenClaw could not put this/) as unknown },
    });
    expect(log).toHaveLength(2);
  });

  it("waits for the one before: the host takes one of a conversation at a time", async () => {
    const open: (() => void)[] = [];
    const ask = (): ReturnType<AskStructured> =>
      new Promise((resolve) => {
        open.push(() => {
          resolve(BLUE);
        });
      });
    const { authority } = authorityOf(SEEN, { ask });
    const first = authority.onQuestion(QUESTION, SIGNAL);
    const second = authority.onQuestion(QUESTION, SIGNAL);
    await setImmediate();
    expect(open).toHaveLength(1);
    open[0]?.();
    await first;
    await setImmediate();
    expect(open).toHaveLength(2);
    open[1]?.();
    expect(await second).toMatchObject({ action: "accept" });
  });

  it("is declined when the host cannot show it, and the log says why", async () => {
    const { authority, log } = authorityOf(SEEN, { ask: agentHarnessStructuredInput.run });
    const schema = { type: "object", properties: { file: { type: "binary" } } };
    expect(await authority.onQuestion({ ...QUESTION, schema }, SIGNAL)).toEqual({ action: "decline" });
    expect(log).toEqual([expect.stringMatching(/run-1: a question .* unsupported: .*binary/)]);
  });
});

describe("a call of a tool of OpenClaw's own", () => {
  const list = [{ name: "message", description: "", inputSchema: {}, readOnly: false, atHand: true }];
  const openclawTools: OfferedTools = {
    ...{ list, built: () => list },
    call: () => Promise.reject(new Error("not called here")),
  };
  const call = (toolName: string): { toolCallId: string; toolName: string; input: unknown } => ({
    toolCallId: "toolu_1",
    toolName,
    input: {},
  });

  it("is decided already: OpenClaw asks its policy inside the tool, and Claude Code asks nobody", async () => {
    const { authority } = authorityOf({}, { openclawTools, nativeTools: [] });
    expect(await authority.onBeforeToolCall(call("mcp__openclaw__message"), SIGNAL)).toEqual({
      allow: true,
      decided: true,
    });
    const request = permissionRequest({ toolName: "mcp__openclaw__message" });
    expect(await authority.onPermissionRequest(request, SIGNAL)).toBe("allow-once");
  });

  it("that the turn does not have is no such call", async () => {
    const { authority } = authorityOf({}, { openclawTools, nativeTools: [] });
    expect(await authority.onBeforeToolCall(call("mcp__openclaw__cron"), SIGNAL)).toMatchObject({
      allow: false,
    });
  });
});
