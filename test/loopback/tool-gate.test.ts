import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createToolGate,
  type BeforeToolCall,
  type GatedProcess,
  type ToolGate,
} from "../../src/loopback/tool-gate.ts";
import { askGate, denial, GATE_TOKEN, GATE_URL, hookInput } from "./gate-client.ts";

let gate: ToolGate;
let gated: GatedProcess;

beforeEach(async () => {
  gate = createToolGate({ ambient: {} });
  gated = await gate.open("http");
});

afterEach(() => gate.close());

const answerOf = async (...args: Parameters<typeof askGate>): Promise<unknown> =>
  JSON.parse((await askGate(...args)).text);
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe("the tool gate", () => {
  it("asks the handler of the process that calls, with the tool, its input and its id", async () => {
    const calls: BeforeToolCall[] = [];
    const other = await gate.open("http");
    gated.route((call) => {
      calls.push(call);
      return Promise.resolve({ allow: true });
    });
    other.route(() => Promise.resolve({ allow: false, reason: "not here" }));
    expect(
      await answerOf(gated, hookInput({ id: "toolu_7", name: "Read", input: { file_path: "/a" } })),
    ).toEqual({});
    expect(calls).toEqual([{ toolCallId: "toolu_7", toolName: "Read", input: { file_path: "/a" } }]);
    expect(await answerOf(other)).toEqual(denial("not here"));
    expect(calls).toHaveLength(1);
  });

  it("tells the model why a call was refused", async () => {
    gated.route(() => Promise.resolve({ allow: false, reason: "policy says no" }));
    expect(await answerOf(gated)).toEqual(denial("policy says no"));
  });

  it("hands on a changed input without allowing the call: Claude Code's own rules still decide", async () => {
    gated.route(() => Promise.resolve({ allow: true, input: { command: "ls -l" } }));
    expect(await answerOf(gated)).toEqual({
      hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: { command: "ls -l" } },
    });
  });

  it("refuses between turns, with a reason", async () => {
    expect(await answerOf(gated)).toEqual(denial(text(/no turn of OpenClaw's is running/)));
    gated.route(() => Promise.resolve({ allow: true }));
    gated.route(null);
    expect(await answerOf(gated)).toEqual(denial(text(/no turn/)));
  });

  it("refuses when the handler fails, and does not tell why", async () => {
    gated.route(() => Promise.reject(new Error("the secret plan")));
    const { status, text: answer } = await askGate(gated);
    expect(status).toBe(200);
    expect(JSON.parse(answer)).toEqual(denial(text(/the check in OpenClaw failed/)));
    expect(answer).not.toContain("secret plan");
    gated.route(() => {
      throw new Error("at once");
    });
    expect(await answerOf(gated)).toEqual(denial(text(/failed/)));
  });

  it("refuses when the handler never answers, and aborts its signal", async () => {
    await gate.close();
    gate = createToolGate({ ambient: {}, answerWithinMs: 1 });
    gated = await gate.open("http");
    let aborted = false;
    gated.route(
      (_, signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => (aborted = true));
        }),
    );
    expect(await answerOf(gated)).toEqual(denial(text(/did not answer in time/)));
    expect(aborted).toBe(true);
  });

  it("aborts the signal when the one who asked hangs up", async () => {
    const hangingUp = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      gated.route((_, signal) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
        hangingUp.abort();
        return new Promise(() => undefined);
      });
    });
    await expect(askGate(gated, hookInput(), { signal: hangingUp.signal })).rejects.toThrow(/abort/);
    await aborted;
  });

  it.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", "[]"],
    ["null", "null"],
    ["another event", hookInput().replace("PreToolUse", "PostToolUse")],
    ["no tool", hookInput().replace('"tool_name":"Bash"', '"tool_name":7')],
    ["an empty tool", hookInput({ name: "" })],
    ["no id", hookInput().replace("tool_use_id", "id")],
    ["properties of every object", '{"__proto__":{"hook_event_name":"PreToolUse"}}'],
  ])("refuses what it cannot read: %s", async (_, body) => {
    gated.route(() => Promise.resolve({ allow: true }));
    expect(await answerOf(gated, body)).toEqual(denial(text(/could not read/)));
  });

  it("refuses what is too large, and takes what is just large", async () => {
    gated.route(() => Promise.resolve({ allow: true }));
    expect(await answerOf(gated, hookInput({ input: { content: "x".repeat(8_000_000) } }))).toEqual({});
    expect(await answerOf(gated, hookInput({ input: { content: "x".repeat(30_000_000) } }))).toEqual(
      denial(text(/too large/)),
    );
  });
});

describe("the tool gate, to who is no hook of Claude Code's,", () => {
  beforeEach(() => {
    gated.route(() => Promise.resolve({ allow: true }));
  });

  it.each<[string, number, Parameters<typeof askGate>[2]]>([
    ["another secret", 401, { headers: { authorization: `Bearer ${"x".repeat(43)}` } }],
    ["no secret", 401, { headers: { authorization: "" } }],
    ["another scheme", 401, { headers: { authorization: "Basic eDp5" } }],
    ["another host, as a page in a browser would have", 403, { headers: { host: "gate.example" } }],
    ["another port", 403, { headers: { host: "127.0.0.1:1" } }],
    ["another method", 405, { method: "GET" }],
    ["another path", 404, { path: "/" }],
  ])("says nothing: %s", async (_, status, change) => {
    expect(await askGate(gated, hookInput(), change)).toMatchObject({ status, text: "" });
  });

  it("does not know a process any more that was closed", async () => {
    const other = await gate.open("http");
    await gated.close();
    await gated.close();
    expect(await askGate(gated)).toMatchObject({ status: 401 });
    gated.route(() => Promise.resolve({ allow: true }));
    expect(await askGate(gated)).toMatchObject({ status: 401 });
    other.route(() => Promise.resolve({ allow: true }));
    expect(await answerOf(other)).toEqual({});
  });
});

describe("the tool gate's listener", () => {
  const refused = { code: "ECONNREFUSED" };

  it("is gone with the last process, and there again for the next", async () => {
    const other = await gate.open("http");
    await gated.close();
    expect(await askGate(other)).toMatchObject({ status: 200 });
    await other.close();
    await expect(askGate(other)).rejects.toMatchObject(refused);
    const next = await gate.open("http");
    expect(await askGate(next)).toMatchObject({ status: 200 });
  });

  it("is gone when the gate is closed, with every call that waits", async () => {
    const closing = gate;
    gated.route(() => {
      void closing.close();
      return new Promise(() => undefined);
    });
    await expect(askGate(gated)).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(askGate(gated)).rejects.toMatchObject(refused);
  });

  it("keeps no process alive by itself", async () => {
    const module = join(import.meta.dirname, "../../src/loopback/tool-gate.ts");
    const program = `const { createToolGate } = await import(${JSON.stringify(module)}); await createToolGate().open("http");`;
    const { exitCode } = await execa(process.execPath, ["--input-type=module", "-e", program], {
      timeout: 10_000,
    });
    expect(exitCode).toBe(0);
  });

  it("gives each process a secret of its own, long and kept out of the settings", async () => {
    const processes = await Promise.all([gate.open("http"), gate.open("command")]);
    const secrets = [gated, ...processes].map(({ environment }) => environment[GATE_TOKEN] ?? "");
    expect(new Set(secrets).size).toBe(3);
    for (const secret of secrets) expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    const settings = JSON.stringify([gated, ...processes].map((process) => process.settings));
    for (const secret of secrets) expect(settings).not.toContain(secret);
    expect(new Set(processes.map(({ environment }) => environment[GATE_URL])).size).toBe(1);
    expect(gated.environment[GATE_URL]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
  });
});
