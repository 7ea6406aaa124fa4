import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normalizeSessionDeliveryState, upsertSessionEntry } from "openclaw/plugin-sdk/session-store-runtime";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readStoredHistory } from "../../src/openclaw/conversation-history.ts";
import { createLateAnswers } from "../../src/openclaw/late-answers.ts";

const KEY = { agentId: "dev", openclawSessionKey: "agent:dev:main" };

let state: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "stored-"));
  vi.stubEnv("OPENCLAW_STATE_DIR", state);
  vi.stubEnv("HOME", state);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true, force: true });
});

describe("what OpenClaw has of a conversation that no turn runs of", () => {
  it("is its messages, with their times", async () => {
    await upsertSessionEntry({
      ...{ agentId: KEY.agentId, sessionKey: KEY.openclawSessionKey },
      entry: {
        sessionId: "11111111-1111-4111-8111-111111111111",
        updatedAt: Date.now(),
        delivery: normalizeSessionDeliveryState({}),
      },
    });
    const runtime = { config: { current: () => ({}) } } as Parameters<typeof createLateAnswers>[0]["runtime"];
    await createLateAnswers({ runtime }, () => undefined).deliver({ ...KEY, text: "The build is done." });
    expect(await readStoredHistory(KEY)).toEqual([
      { role: "assistant", text: "The build is done.", at: expect.stringMatching(/^\d{4}-/) as string },
    ]);
  });

  it("is nothing when it does not know the conversation", async () => {
    expect(await readStoredHistory(KEY)).toEqual([]);
  });
});
