import { describe, expect, it } from "vitest";
import type { Step } from "../fixtures/scripted-acp-agent/act-behaviour.ts";
import { createBridgeWorld } from "./bridge-world.ts";
import { acting } from "./watched-turn.ts";

function usage(used: number, amount?: number): Step {
  const cost = amount === undefined ? {} : { cost: { amount, currency: "USD" } };
  return { update: { sessionUpdate: "usage_update", used, size: used === 0 ? 0 : 200_000, ...cost } };
}

describe("the usage of a turn", () => {
  it("is counted from its text, and marked so, when the agent reports none", async () => {
    const world = await createBridgeWorld();
    expect(await world.turn("say 12345678")).toMatchObject({
      text: "12345678",
      usage: { inputTokens: 3, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 },
      usageEstimated: true,
      costUsd: undefined,
    });
  });

  it("counts what was sent, with its context", async () => {
    const world = await createBridgeWorld();
    const outcome = await world.turn("say 12345678", { context: "x".repeat(400) });
    expect(outcome.usage?.inputTokens).toBeGreaterThan(100);
  });

  it("is the agent's own where it reports it", async () => {
    const world = await createBridgeWorld();
    expect(await world.turn("usage")).toMatchObject({
      usage: { inputTokens: 12, outputTokens: 34, cacheReadTokens: 5_600, cacheWriteTokens: 780 },
      usageEstimated: false,
      contextTokens: 6_426,
      contextWindow: 200_000,
    });
  });
});

describe("the cost of a turn", () => {
  it("is what the session costs more after it than before", async () => {
    const world = await createBridgeWorld();
    expect(await world.turn(acting(usage(100, 0.25)))).toMatchObject({ sessionCostUsd: 0.25, costUsd: 0.25 });
    expect(await world.turn("say hello")).toMatchObject({ sessionCostUsd: undefined, costUsd: undefined });
    expect(await world.turn(acting(usage(200, 0.3), usage(300, 0.4)))).toMatchObject({
      sessionCostUsd: 0.4,
      costUsd: 0.15,
    });
  });

  it("is never wiped by an empty frame", async () => {
    const world = await createBridgeWorld();
    expect(await world.turn(acting(usage(100, 0.25), usage(0, 0), usage(0)))).toMatchObject({
      contextTokens: 100,
      contextWindow: 200_000,
      sessionCostUsd: 0.25,
      costUsd: 0.25,
    });
  });

  it("is told of a turn that fails as well", async () => {
    const world = await createBridgeWorld();
    const outcome = await world.turn(acting(usage(100, 0.25), { exit: 1 }));
    expect(outcome).toMatchObject({ kind: "failed", sessionCostUsd: 0.25, costUsd: 0.25 });
  });
});
