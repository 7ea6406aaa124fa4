import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { upsertSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TurnRequest } from "../../src/bridge/turn.ts";
import { awaitTurn } from "../../src/openclaw/awaited-turns.ts";
import { turnRequestOf } from "../../src/openclaw/attempt-input.ts";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";

let state: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "attempt-"));
  vi.stubEnv("OPENCLAW_STATE_DIR", state);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true, force: true });
});

/** The little of an attempt that is looked at. */
function requestOf(overrides: Partial<AttemptParams>): Promise<TurnRequest> {
  const params: Partial<AttemptParams> = {
    agentId: "dev",
    sessionKey: "main",
    prompt: "hi",
    modelId: "contractor-claude-bridge",
    thinkLevel: "medium",
    timeoutMs: 2_147_000_000,
    workspaceDir: state,
    ...overrides,
  };
  return turnRequestOf(params as AttemptParams, {}, { nativeTools: ["Read"], openclawTools: null });
}

async function contextOf(overrides: Partial<AttemptParams>): Promise<string | undefined> {
  return (await requestOf(overrides)).message.context;
}

describe("turnRequestOf", () => {
  it("names the conversation as OpenClaw stores it, and says what there is to say", async () => {
    expect(await requestOf({})).toMatchObject({
      agentId: "dev",
      openclawSessionKey: "agent:dev:main",
      lifecycle: undefined,
      message: { text: "hi", context: undefined, images: [], attachments: [] },
      settings: { model: null, effort: null, fast: null },
      nativeTools: ["Read"],
      deadlineAt: undefined,
      lastTurnOfProcess: false,
    });
  });

  it("knows what was said before by the account of whoever waits for the turn", async () => {
    const history = [{ role: "user" as const, text: "earlier", at: undefined }];
    const forget = awaitTurn("run-9", { history, signal: new AbortController().signal });
    const attempt = { runId: "run-9", sessionPersistence: "detached" as const };
    expect(await (await requestOf(attempt)).readHistory()).toEqual(history);
    forget();
    expect(await (await requestOf(attempt)).readHistory()).toEqual([]);
  });

  it("hands on what the host would have put into a system prompt for this turn", async () => {
    expect((await requestOf({})).instructions).toBeUndefined();
    expect((await requestOf({ extraSystemPrompt: "Answer in verse." })).instructions).toBe(
      "Answer in verse.",
    );
  });

  it("takes the life of the conversation and its settings from the host's entry", async () => {
    const entry = {
      sessionId: "one",
      updatedAt: Date.now(),
      lifecycleRevision: "second",
      thinkingLevel: "high",
    };
    await upsertSessionEntry({ agentId: "dev", sessionKey: "agent:dev:main", entry });
    expect(await requestOf({ sessionKey: "agent:dev:main", thinkLevel: "high" })).toMatchObject({
      lifecycle: "second",
      settings: { effort: "high" },
    });
  });

  it("keeps the host's deadline where there is one", async () => {
    const before = Date.now();
    const { deadlineAt = 0 } = await requestOf({ timeoutMs: 60_000 });
    expect(deadlineAt).toBeGreaterThanOrEqual(before + 60_000);
    expect(deadlineAt).toBeLessThanOrEqual(Date.now() + 60_000);
  });
});

describe("what the host says beside a message", () => {
  it("goes along when it is data, and not when it is for the host's own loop", async () => {
    const fragments = [
      { kind: "conversation-data" as const, text: "From: Ann" },
      { kind: "runtime-instruction" as const, text: "Use the message tool." },
      { kind: "heartbeat-outcome" as const, text: "All is well." },
    ];
    const currentInboundContext = { text: "everything", fragments };
    expect(await contextOf({ currentInboundContext })).toBe("From: Ann\n\nAll is well.");
  });

  it("goes along whole when the host tells no kinds", async () => {
    expect(await contextOf({ currentInboundContext: { text: "From: Ann" } })).toBe("From: Ann");
  });

  it("is not said twice", async () => {
    const runtimeContextFragments = [{ kind: "conversation-data" as const, text: "the result" }];
    expect(await contextOf({ prompt: "Tell: the result", runtimeContextFragments })).toBeUndefined();
    expect(await contextOf({ runtimeContextFragments })).toBe("the result");
  });

  it("has the rule for what was said in a room in words that Claude Code can follow", async () => {
    const fragments = [
      { kind: "runtime-instruction" as const, text: "[OpenClaw room event]" },
      { kind: "conversation-data" as const, text: "From: Ann" },
      { kind: "runtime-instruction" as const, text: "Treat this message as observed room activity" },
    ];
    const { message } = await requestOf({
      prompt: "#1 Ann: lunch?",
      currentInboundContext: { text: "", fragments },
    });
    expect(message.text).toMatch(/answer NO_REPLY and nothing else\.\)\n\n#1 Ann: lunch\?$/);
    expect(message.context).toBe("From: Ann");
  });
});
