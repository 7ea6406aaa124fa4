import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normalizeSessionDeliveryState, upsertSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLateAnswers } from "../../src/openclaw/late-answers.ts";
import { loadTranscriptRuntime, type TranscriptMessage } from "../../src/openclaw/session-transcript.ts";

const agentId = "dev";
const sessionKey = "agent:dev:main";
const sessionId = "11111111-1111-4111-8111-111111111111";

let state: string;
let log: string[];

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "late-"));
  vi.stubEnv("OPENCLAW_STATE_DIR", state);
  vi.stubEnv("HOME", state);
  log = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true, force: true });
});

async function deliver(text: string): Promise<void> {
  const runtime = { config: { current: () => ({}) } } as Parameters<typeof createLateAnswers>[0]["runtime"];
  const answers = createLateAnswers({ runtime }, (message) => log.push(message));
  await answers.deliver({ agentId, openclawSessionKey: sessionKey, text });
}

async function rows(): Promise<TranscriptMessage[]> {
  const runtime = await loadTranscriptRuntime();
  const entries = await runtime.readVisibleSessionTranscriptMessageEntries({
    agentId,
    sessionId,
    sessionKey,
  });
  return entries.map(({ message }) => message);
}

async function openSession(channel?: string): Promise<void> {
  const delivery = normalizeSessionDeliveryState(
    channel === undefined ? {} : { context: { channel, to: "42" } },
  );
  await upsertSessionEntry({ agentId, sessionKey, entry: { sessionId, updatedAt: Date.now(), delivery } });
}

describe("an answer that comes after its turn", () => {
  it("is a row of the conversation's history, each one once", async () => {
    await openSession();
    await deliver("The build is done.");
    await deliver("The tests are done.");
    expect(await rows()).toMatchObject([
      { role: "assistant", content: [{ type: "text", text: "The build is done." }] },
      { role: "assistant", content: [{ type: "text", text: "The tests are done." }] },
    ]);
    expect(log).toEqual([]);
  });

  it("is kept in the history when its channel cannot be reached, and that is in the log", async () => {
    await openSession("no-such-channel");
    await deliver("The build is done.");
    expect(await rows()).toHaveLength(1);
    expect(log).toEqual([expect.stringContaining("agent:dev:main: an answer that came after its turn")]);
    expect(log[0]).toContain("no-such-channel");
  });

  it("goes nowhere else than the history for the Control UI", async () => {
    await openSession("webchat");
    await deliver("The build is done.");
    expect(await rows()).toHaveLength(1);
    expect(log).toEqual([]);
  });

  it.each(["", " \n", "NO_REPLY", "HEARTBEAT_OK"])("is no answer when it is %j", async (text) => {
    await openSession();
    await deliver(text);
    expect(await rows()).toEqual([]);
  });

  it("is in the log when its conversation is gone", async () => {
    await deliver("The build is done.");
    expect(log).toEqual([expect.stringContaining("no such session any more")]);
  });
});
