import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { overviewSchema } from "../../src/overview/overview.ts";
import { createBridgeWorld, KEY } from "../bridge/bridge-world.ts";
import { acting } from "../bridge/watched-turn.ts";

const OTHER = { openclawSessionKey: "agent:dev:other" };

describe("an overview", () => {
  it("tells of a conversation what its turns have used, how full it is, and that it is warm", async () => {
    const world = await createBridgeWorld();
    await world.turn("usage");
    const cost = { amount: 0.25, currency: "USD" };
    await world.turn(acting({ update: { sessionUpdate: "usage_update", used: 7_000, size: 200_000, cost } }));
    const contractor = await world.overview();
    const { claudeSessionId } = (await world.entry()) ?? {};
    expect(contractor).toMatchObject({
      ...{ agentId: "dev", warm: 1, busy: 0, queued: 0, lastError: null, problem: null },
      spent: { day: { turns: 2, usd: 0.25 }, agent: { turns: 2 } },
      conversations: [
        {
          ...{ openclawSessionKey: KEY.openclawSessionKey, claudeSessionId, state: "active", turns: 2 },
          ...{ contextTokens: 7_000, contextWindow: 200_000, costUsd: 0.25, warm: true, busy: false },
          usage: { cacheReadTokens: 5_600, cacheWriteTokens: 780, estimated: true },
        },
      ],
    });
    // What a Gateway answers is what its clients take.
    const overview = { at: new Date().toISOString(), pool: null, contractors: [contractor] };
    expect(overviewSchema.parse(JSON.parse(JSON.stringify(overview)))).toEqual(overview);
  });

  it("still knows the use of a session when the Gateway has been started anew", async () => {
    const world = await createBridgeWorld();
    await world.turn("usage");
    await world.restart();
    const [conversation] = (await world.overview()).conversations;
    const usage = { inputTokens: 12, outputTokens: 34, cacheReadTokens: 5_600, cacheWriteTokens: 780 };
    expect(conversation).toMatchObject({ warm: false, usage: { ...usage, estimated: false } });
    expect(conversation).toMatchObject({ contextTokens: 6_426, contextWindow: 200_000 });
    await world.turn("usage");
    const [later] = (await world.overview()).conversations;
    expect(later?.usage).toMatchObject({ inputTokens: 24, outputTokens: 68 });
  });

  it("shows a turn that runs and one that waits, before the conversation has a session", async () => {
    const world = await createBridgeWorld();
    const stop = new AbortController();
    const running = world.turn("hang", { signal: stop.signal });
    const waiting = world.turn("say hello");
    await expect.poll(async () => (await world.prompts()).length).toBe(1);
    expect(await world.overview()).toMatchObject({
      ...{ warm: 1, busy: 1, queued: 1 },
      conversations: [{ state: "new", claudeSessionId: null, turns: 0, warm: true, busy: true, queued: 1 }],
    });
    stop.abort();
    await Promise.all([running, waiting]);
    expect(await world.overview()).toMatchObject({
      ...{ busy: 0, queued: 0 },
      conversations: [{ state: "active", turns: 1 }],
    });
  });

  it("tells the code and the time of the last failure, and no word of it", async () => {
    const world = await createBridgeWorld();
    await world.turn("say hello");
    await world.turn("crash");
    await world.turn("say hello", OTHER);
    const contractor = await world.overview();
    const at = expect.stringMatching(/^2026-01-01T/) as string;
    const lastError = { code: "adapter-crashed", at, openclawSessionKey: KEY.openclawSessionKey };
    expect(contractor).toMatchObject({ lastError });
    const of = (key: string): unknown =>
      contractor.conversations.find(({ openclawSessionKey }) => openclawSessionKey === key)?.lastError;
    expect(of(KEY.openclawSessionKey)).toEqual(lastError);
    expect(of(OTHER.openclawSessionKey)).toBeNull();
  });

  it("shows ended sessions as over, and says what keeps conversations from being read", async () => {
    const world = await createBridgeWorld();
    await world.turn("say hello");
    await world.bridge.resetConversation(KEY, "reset");
    await world.turn("say hello");
    expect((await world.overview()).conversations).toMatchObject([
      { state: "active", endedBy: null, warm: true },
      { state: "closed", endedBy: "reset", warm: false },
    ]);
    await rm(world.workspace, { recursive: true });
    expect(await world.overview()).toMatchObject({
      conversations: [],
      problem: { code: "workspace-missing" },
      spent: null,
    });
  });
});
