import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createToolGate, type GatedProcess, type ToolGate } from "../../src/loopback/tool-gate.ts";
import { denial, GATE_TOKEN, GATE_URL, hookInput } from "./gate-client.ts";

let gate: ToolGate;

beforeEach(() => {
  gate = createToolGate({ ambient: {} });
});

afterEach(() => gate.close());

type Hook = { type: string; command: string; timeout: number; [field: string]: unknown };
type Settings = { disableAllHooks: boolean; hooks: { PreToolUse: { matcher: string; hooks: Hook[] }[] } };

function hookOf({ settings }: GatedProcess): Hook {
  const { disableAllHooks, hooks } = settings as Settings;
  expect(disableAllHooks).toBe(false);
  expect(hooks.PreToolUse.map(({ matcher }) => matcher)).toEqual(["*"]);
  const hook = hooks.PreToolUse[0]?.hooks[0];
  if (hook === undefined) throw new Error("There is no hook.");
  return hook;
}

describe("the hook over HTTP", () => {
  it("names the variable of the secret, and blocks when it cannot ask", async () => {
    const gated = await gate.open("http");
    expect(hookOf(gated)).toEqual({
      type: "http",
      url: gated.environment[GATE_URL],
      headers: { Authorization: `Bearer $${GATE_TOKEN}` },
      allowedEnvVars: [GATE_TOKEN],
      timeout: 1200,
      onFailure: "block",
    });
  });
});

describe("the hook that is a command", () => {
  /** Runs it as Claude Code does: by a shell, the hook's input on stdin. */
  async function run(
    gated: GatedProcess,
    environment: Record<string, string> = gated.environment,
  ): Promise<{ exitCode: number | undefined; answer: unknown }> {
    const { exitCode, stdout } = await execa("/bin/sh", ["-c", hookOf(gated).command], {
      env: environment,
      extendEnv: false,
      input: hookInput({ id: "toolu_9" }),
      reject: false,
    });
    return { exitCode, answer: stdout === "" ? undefined : JSON.parse(stdout) };
  }

  it("prints the gate's answer, also when the environment has a proxy", async () => {
    const gated = await gate.open("command");
    gated.route((call) =>
      Promise.resolve({ allow: false, reason: `no ${call.toolName} ${call.toolCallId}` }),
    );
    const answer = { exitCode: 0, answer: denial("no Bash toolu_9") };
    expect(await run(gated)).toEqual(answer);
    const proxy = {
      HTTP_PROXY: "http://127.0.0.1:9",
      http_proxy: "http://127.0.0.1:9",
      NODE_USE_ENV_PROXY: "1",
    };
    expect(await run(gated, { ...gated.environment, ...proxy, NO_PROXY: "", no_proxy: "" })).toEqual(answer);
  });

  it("refuses when the gate does not know it, and when there is none", async () => {
    const gated = await gate.open("command");
    const refused = (words: RegExp): unknown => ({
      exitCode: 0,
      answer: denial(expect.stringMatching(words)),
    });
    expect(await run(gated, { ...gated.environment, [GATE_TOKEN]: "x" })).toEqual(refused(/status 401/));
    await gate.close();
    expect(await run(gated)).toEqual(refused(/could not be asked .*ECONNREFUSED/));
  });

  it("blocks the call by its exit status when it cannot even begin", async () => {
    const gated = await gate.open("command");
    expect(await run(gated, { ...gated.environment, [GATE_URL]: "" })).toMatchObject({ exitCode: 2 });
    const { command } = hookOf(gated);
    const { exitCode } = await execa("/bin/sh", ["-c", command.replace(process.execPath, "/no such/node")], {
      reject: false,
    });
    expect(exitCode).toBe(2);
  });
});

describe("the proxy exceptions of a gated process", () => {
  it.each([
    [{}, "127.0.0.1"],
    [{ NO_PROXY: "" }, "127.0.0.1"],
    [{ NO_PROXY: "corp.example" }, "corp.example,127.0.0.1"],
    [{ no_proxy: "corp.example" }, "corp.example,127.0.0.1"],
    [{ NO_PROXY: "*" }, "*"],
  ])("hold loopback: %j", async (ambient, expected) => {
    const gated = await createToolGate({ ambient }).open("http");
    expect(gated.environment).toMatchObject({ NO_PROXY: expected, no_proxy: expected });
    await gated.close();
  });
});
