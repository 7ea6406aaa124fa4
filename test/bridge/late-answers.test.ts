import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BRIDGE_POOL, createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const OTHER = { openclawSessionKey: "agent:dev:other" };

async function workingWorld(milliseconds: number): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  world.flags = ["--background"];
  expect(await world.says(`background ${milliseconds} The build is done.`)).toBe("Started.");
  return world;
}

async function delivered(world: BridgeWorld): Promise<string[]> {
  await expect.poll(() => world.lateAnswers, { timeout: 10_000 }).not.toEqual([]);
  // A second one would be there by then.
  await delay(100);
  return world.lateAnswers;
}

describe("what Claude says when its work in the background is done", () => {
  it("is delivered once, and is no part of the next answer", async () => {
    const world = await workingWorld(100);
    expect(await delivered(world)).toEqual(["The build is done."]);
    expect(await world.turn("say hello")).toMatchObject({ kind: "completed", text: "hello", warm: true });
    expect(await delivered(world)).toHaveLength(1);
  });

  it("is delivered, although a turn of the person's runs when the work is done", async () => {
    const world = await workingWorld(100);
    expect(await world.says("slow 500")).toBe("Waited 500 ms.");
    expect(await delivered(world)).toEqual(["The build is done."]);
    expect(await world.says("say hello")).toBe("hello");
  });

  it("is waited for by a message that comes while it is being said", async () => {
    const world = await workingWorld(50);
    await expect.poll(() => world.pool.liveSessions).toBe(1);
    const answers = await Promise.all([
      world.says("say one"),
      world.says("say two"),
      world.says("say three"),
    ]);
    expect(answers).toEqual(["one", "two", "three"]);
    expect(await delivered(world)).toEqual(["The build is done."]);
  });

  it("is delivered to the conversation that it belongs to, also when another one needs the place", async () => {
    const world = await workingWorld(600);
    world.pool.configure({ ...BRIDGE_POOL, maxLive: 1 });
    expect(await world.says("say hello", OTHER)).toBe("hello");
    expect(await delivered(world)).toEqual(["The build is done."]);
    expect(world.lateAnswerKeys).toEqual([KEY]);
    // Its process is like any other one's then.
    expect(await world.says("say again", OTHER)).toBe("again");
    expect(world.pool.liveSessions).toBe(1);
  });

  it("is delivered, although its process is idle for longer than processes may be", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--background"];
    world.pool.configure({ ...BRIDGE_POOL, idleMs: 50 });
    await world.says("background 500 The build is done.");
    expect(await delivered(world)).toEqual(["The build is done."]);
    await expect.poll(() => world.pool.liveSessions).toBe(0);
    expect(await world.says("say hello")).toBe("hello");
  });

  it("is delivered by the session of a side question's original alone", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--background", "--fork"];
    await world.says("background 600 The build is done.");
    const question = { question: "say hello", images: [], signal: AbortSignal.timeout(10_000) };
    expect((await world.bridge.askAside({ ...KEY, ...question })).text).toBe("hello");
    expect(await delivered(world)).toEqual(["The build is done."]);
  });

  it("is lost with a reset, and nothing of it reaches the next life of the conversation", async () => {
    const world = await workingWorld(200);
    await world.bridge.resetConversation(KEY, "reset");
    expect(await world.says("slow 500")).toBe("Waited 500 ms.");
    expect(world.lateAnswers).toEqual([]);
  });
});
