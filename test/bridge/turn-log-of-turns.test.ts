import { describe, expect, it } from "vitest";
import { createBridgeWorld } from "./bridge-world.ts";

describe("the log of a conversation's turns", () => {
  it("has one line for each, in order, with its phases and without a word of it", async () => {
    const world = await createBridgeWorld();
    await world.turn("say the secret word");
    await world.turn("usage");
    await world.restart();
    await world.turn("say it again", { settings: { model: "opus", effort: null, fast: null } });
    const turns = await world.turnLog();
    expect(turns.map(({ session }) => session)).toEqual(["new", "warm", "resumed"]);
    expect(turns.map(({ model }) => model)).toEqual([null, null, "opus"]);
    expect(new Set(turns.map(({ claudeSessionId }) => claudeSessionId)).size).toBe(1);
    for (const { ms, ...turn } of turns) {
      expect(turn).toMatchObject({ agentId: "dev", sessionKey: "agent:dev:main", purpose: "chat" });
      expect(turn).toMatchObject({ endpoint: "subscription", outcome: "completed", error: null });
      expect(turn).toMatchObject({ stopReason: "end_turn", claudeSessionId: expect.any(String) as string });
      const moments = [ms.started, ms.sessionReady, ms.promptSent, ms.firstUpdate, ms.lastUpdate, ms.result];
      expect(moments).not.toContain(null);
      expect(moments).toEqual(moments.toSorted((left, right) => Number(left) - Number(right)));
    }
    expect(turns[1]).toMatchObject({
      usage: { inputTokens: 12, outputTokens: 34, cacheReadTokens: 5_600, cacheWriteTokens: 780 },
      usageEstimated: false,
    });
    expect(JSON.stringify(turns)).not.toMatch(/secret word|it again/);
  });

  it("has the code of a failure, and nothing where the turn never got to", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--crash-on-new"];
    await world.turn("say hello");
    const [turn] = await world.turnLog();
    expect(turn).toMatchObject({
      ...{ outcome: "failed", error: "adapter-crashed", claudeSessionId: null, session: null },
      ms: { started: expect.any(Number) as number, sessionReady: null, promptSent: null, firstUpdate: null },
    });
  });

  it("has a turn that was cancelled", async () => {
    const world = await createBridgeWorld();
    await world.turn("say hello", { signal: AbortSignal.abort() });
    expect(await world.turnLog()).toMatchObject([{ outcome: "cancelled", error: null, stopReason: null }]);
  });

  it("tells who measures a turn of each of its steps", async () => {
    const world = await createBridgeWorld();
    const steps: string[] = [];
    await world.turn("say hello", { observer: { onStep: ({ name }) => steps.push(name) } });
    expect(steps).toEqual(["started", "session-ready", "prompt-sent", "first-update"]);
  });
});
