import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  AcpAdapter,
  AgentSession,
  OpenSessionRequest,
  SessionSettings,
} from "../../src/acp/acp-adapter.ts";
import {
  createAcpAdapter,
  DEFAULT_TIMINGS,
  type AcpAdapterTimings,
} from "../../src/acp/create-acp-adapter.ts";
import { contractorEnvironment } from "../../src/process/environment.ts";
import { ask, spokenText, startTurn, untilItTalks } from "../suites/acp-adapter-contract/recorded-turn.ts";
import { killProcessesWithHome, processesWithHome } from "../suites/acp-adapter-contract/world-processes.ts";

const PROGRAM = path.join(import.meta.dirname, "../fixtures/scripted-acp-agent.ts");

const PLAIN: SessionSettings = { mode: "default", model: null, effort: null, fast: null };

/** Long enough for a Node process to start on a busy machine, unless a test waits for a deadline on purpose. */
const TIMINGS: AcpAdapterTimings = { ...DEFAULT_TIMINGS, closeGraceMs: 500 };

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), "protocol-faults-")));
});

afterEach(async () => {
  // Whatever a test has done: no fault leaves a process behind.
  const left = await processesWithHome(home);
  await killProcessesWithHome(home);
  await rm(home, { recursive: true, force: true });
  expect(left).toEqual([]);
});

function adapterWith(flags: string[], timings: Partial<AcpAdapterTimings> = {}): AcpAdapter {
  const launch = {
    command: process.execPath,
    args: [PROGRAM, "--store", path.join(home, "sessions"), ...flags],
    environment: contractorEnvironment(process.env, { HOME: home }),
  };
  return createAcpAdapter(launch, { timings: { ...TIMINGS, ...timings } });
}

function opening(): OpenSessionRequest {
  return { workspace: home, systemPromptAppend: "Be kind.", claudeOptions: {} };
}

/** Runs `use` with a new session, which is closed afterwards. */
async function withSession(
  use: (session: AgentSession) => Promise<void>,
  options: { flags?: string[]; timings?: Partial<AcpAdapterTimings> } = {},
): Promise<void> {
  const session = await adapterWith(options.flags ?? [], options.timings).createSession(opening());
  try {
    await use(session);
  } finally {
    await session.close();
  }
}

describe("at the start", () => {
  it("reports a program that is not there", async () => {
    const adapter = createAcpAdapter({ command: "/nonexistent/agent", args: [], environment: {} });
    await expect(adapter.createSession(opening())).rejects.toMatchObject({
      code: "adapter-start-failed",
      message: expect.stringContaining("/nonexistent/agent") as string,
    });
  });

  it("reports a crash with the exit status and the last words on stderr", async () => {
    const adapter = adapterWith(["--crash-on-new", "--stderr", "first words\nout of luck"]);
    await expect(adapter.createSession(opening())).rejects.toMatchObject({
      code: "adapter-crashed",
      retryable: true,
      message: "The ACP adapter exited with status 1 during session/new. Its last words: out of luck",
    });
  });

  it("gives up on an agent that does not answer initialize", async () => {
    const adapter = adapterWith(["--hang-initialize"], { initializeMs: 100 });
    await expect(adapter.createSession(opening())).rejects.toMatchObject({
      code: "adapter-timeout",
      message: expect.stringContaining("initialize") as string,
    });
  });

  it("gives up on an agent that does not answer session/resume", async () => {
    const adapter = adapterWith(["--hang-resume"], { openSessionMs: 100 });
    const resuming = adapter.resumeSession({ ...opening(), sessionId: "any" });
    await expect(resuming).rejects.toMatchObject({ code: "adapter-timeout", retryable: true });
  });

  it("refuses another protocol version, and an agent that can not take a session up again", async () => {
    await expect(adapterWith(["--protocol-version", "7"]).createSession(opening())).rejects.toMatchObject({
      code: "agent-protocol",
      message: expect.stringContaining("7") as string,
    });
    const forgetful = adapterWith(["--no-resume", "--no-load"]);
    const resuming = forgetful.resumeSession({ ...opening(), sessionId: "any" });
    await expect(resuming).rejects.toMatchObject({ code: "agent-protocol" });
  });

  it("tells a lost session from one that could not be resumed", async () => {
    const resume = (...flags: string[]): Promise<AgentSession> =>
      adapterWith(flags).resumeSession({ ...opening(), sessionId: "unknown" });
    await expect(resume()).rejects.toMatchObject({ code: "agent-session-lost" });
    await expect(resume("--fail-resume", "-32603", "--fail-load", "-32603")).rejects.toMatchObject({
      code: "agent-failed",
    });
  });

  it("takes nothing that an agent says at initialize for news about a session", async () => {
    const adapter = adapterWith(["--fail-initialize"]);
    await expect(adapter.createSession(opening())).rejects.toMatchObject({ code: "adapter-start-failed" });
    const resuming = adapter.resumeSession({ ...opening(), sessionId: "any" });
    await expect(resuming).rejects.toMatchObject({
      code: "adapter-start-failed",
      message: expect.stringContaining("The script fails to initialize") as string,
    });
  });

  it.each([
    // Resume is unclear: load is asked, and what says most is reported.
    [["--fail-resume", "-32603"], "agent-session-lost"],
    [["--fail-resume", "-32601"], "agent-session-lost"],
    [["--fail-resume", "-32601", "--fail-load", "-32603"], "agent-protocol"],
    [["--fail-resume", "-32603", "--fail-load", "-32000"], "agent-failed"],
    // Resume is clear: nothing else is asked.
    [["--fail-load", "-32603"], "agent-session-lost"],
    [["--fail-resume", "-32000"], "agent-auth"],
    // There is only one to ask.
    [["--no-resume"], "agent-session-lost"],
    [["--no-resume", "--fail-load", "-32603"], "agent-failed"],
    [["--no-load", "--fail-resume", "-32603"], "agent-failed"],
  ])("asks to resume, then to load, and reports what is clearest: %j gives %s", async (flags, code) => {
    const resuming = adapterWith(flags).resumeSession({ ...opening(), sessionId: "unknown" });
    await expect(resuming).rejects.toMatchObject({ code });
  });

  it.each([
    ["can not resume", ["--no-resume"]],
    ["fails to resume for no clear reason", ["--fail-resume", "-32603"]],
  ])("loads a session where the agent %s, without telling the old turns again", async (_, flags) => {
    let sessionId = "";
    await withSession(async (session) => {
      ({ sessionId } = session);
      await ask(session, "remember tango");
    });
    const loaded = await adapterWith(flags).resumeSession({ ...opening(), sessionId });
    expect(await ask(loaded, "what did I ask you to remember?")).toBe("You asked me to remember tango.");
    await loaded.close();
  });
});

describe("in a turn", () => {
  it("reports a crash, after which the session is not used again", async () => {
    await withSession(
      async (session) => {
        const turn = startTurn(session, "crash");
        await expect(turn.outcome).rejects.toMatchObject({
          code: "adapter-crashed",
          message: expect.stringMatching(
            /exited with status 1 during session\/prompt\..*: it was me$/,
          ) as string,
        });
        expect(session.usable).toBe(false);
        await expect(startTurn(session, "say no").outcome).rejects.toMatchObject({ code: "adapter-crashed" });
      },
      { flags: ["--stderr", "it was me"] },
    );
  });

  it.each([
    ["-32000 Authentication required", "agent-auth"],
    ["-32002 Resource not found", "agent-session-lost"],
    ["-32603 Claude AI usage limit reached", "agent-limit"],
    ["-32603 API Error: 529 Overloaded", "agent-overloaded"],
    ["-32603 Prompt is too long", "agent-overflow"],
    ["-32603 Invalid API key", "agent-auth"],
    ["-32603 the dog ate it", "agent-failed"],
    ["-32601 Method not found", "agent-protocol"],
    ["-32602 Invalid params", "agent-protocol"],
  ])("classifies the error %s as %s", async (error, code) => {
    await withSession(async (session) => {
      const words = error.slice(error.indexOf(" ") + 1);
      await expect(startTurn(session, `fail ${error}`).outcome).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
      });
      expect(session.usable).toBe(false);
    });
  });

  it("passes noise over: foreign notifications, foreign requests, lines that are not JSON", async () => {
    await withSession(async (session) => {
      expect(await ask(session, "noise")).toBe("done");
      expect(await ask(session, "say fine")).toBe("fine");
    });
  });

  it("gives what comes after a turn's end to nobody", async () => {
    await withSession(async (session) => {
      const turn = startTurn(session, "late");
      await turn.outcome;
      // The agent speaks again after 30 ms. What is tested is that nothing comes of it, so there is nothing to wait for.
      await delay(150);
      expect(turn.said()).toBe("In time.");
      expect(await ask(session, "say my own")).toBe("my own");
    });
  });

  it("tells an empty answer and a refusal as they are", async () => {
    await withSession(async (session) => {
      expect(await ask(session, "empty")).toBe("");
      expect(await startTurn(session, "refuse").outcome).toEqual({ stopReason: "refusal" });
    });
  });
});

describe("what Claude Code says of itself", () => {
  it("is told as a retry of the prompt that runs", async () => {
    await withSession(async (session) => {
      const turn = startTurn(session, "retry 529 1500");
      expect(await turn.outcome).toEqual({ stopReason: "end_turn" });
      expect(turn.retries).toEqual([{ status: 529, attempt: 1, delayMs: 1500 }]);
    });
  });

  it("is kept until somebody listens, and is never an answer", async () => {
    await withSession(
      async (session) => {
        await ask(session, "background 0 the task is done");
        await expect.poll(() => session.hasBackgroundWork).toBe(false);
        await session.quiet(AbortSignal.timeout(5_000));
        expect(await ask(session, "say my own")).toBe("my own");
        const heard: string[] = [];
        session.onBetweenTurns({
          onUpdate: (update) => heard.push(spokenText(update)),
          onTurnEnd: () => heard.push("|"),
        });
        expect(heard.join("")).toBe("the task is done |");
      },
      { flags: ["--background"] },
    );
  });
});

describe("a session that is opened", () => {
  it("is in the asking mode, whatever it began in", async () => {
    await withSession(
      async (session) => {
        expect(await ask(session, "show mode")).toBe("default");
        await expect(session.configure({ ...PLAIN, mode: "auto" })).rejects.toMatchObject({
          code: "permission-mode-unsupported",
          message: expect.stringContaining("default, acceptEdits, plan") as string,
        });
      },
      { flags: ["--start-mode", "plan"] },
    );
  });

  it("takes the settings that the agent offers, and gives them back", async () => {
    await withSession(
      async (session) => {
        const wanted = { ...PLAIN, model: "opus", effort: "max", fast: true } as const;
        expect(await session.configure(wanted)).toEqual({ unsupported: ["effort"] });
        expect(await ask(session, "show config")).toBe('{"model":"opus","effort":"default","fast":"on"}');
        expect(await session.configure(PLAIN)).toEqual({ unsupported: [] });
        expect(await ask(session, "show config")).toBe('{"model":"default","effort":"default","fast":"off"}');
      },
      { flags: ["--config-options"] },
    );
  });

  it("has none of the settings that the agent does not know", async () => {
    await withSession(async (session) => {
      const wanted = { ...PLAIN, model: "opus", effort: "low", fast: true } as const;
      expect(await session.configure(wanted)).toEqual({ unsupported: ["model", "effort", "fast"] });
    });
  });

  it("can not be copied by an agent that does not copy sessions", async () => {
    const forking = adapterWith([]).forkSession({ ...opening(), sessionId: "any" });
    await expect(forking).rejects.toMatchObject({ code: "agent-protocol" });
  });
});

describe("after a cancel", () => {
  it("waits for an agent that takes its time to settle", async () => {
    await withSession(async (session) => {
      const turn = startTurn(session, "cancel-lag");
      await untilItTalks(turn);
      turn.cancel();
      expect(await turn.outcome).toEqual({ stopReason: "cancelled" });
      expect(turn.said()).toBe("Working.Still working.");
      expect(session.usable).toBe(false);
    });
  });

  it("ends an agent that ignores it, when the grace period is over", async () => {
    const session = await adapterWith([], { cancelGraceMs: 100 }).createSession(opening());
    const turn = startTurn(session, "hang");
    turn.cancel();
    expect(await turn.outcome).toEqual({ stopReason: "cancelled" });
    expect(session.usable).toBe(false);
    // Nobody has closed the session.
    await expect.poll(() => processesWithHome(home), { timeout: 3_000 }).toEqual([]);
  });
});
