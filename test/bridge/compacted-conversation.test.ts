import { describe, expect, it } from "vitest";
import type { CompactionOutcome } from "../../src/bridge/compact-conversation.ts";
import { summaryOfHistory } from "../../src/bridge/history-seed.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";

function compact(
  world: BridgeWorld,
  more: { instructions?: string; signal?: AbortSignal } = {},
): Promise<CompactionOutcome> {
  return world.bridge.compactConversation(KEY, {
    instructions: "",
    signal: AbortSignal.timeout(12_000),
    ...more,
  });
}

describe("a conversation that a person has compacted", () => {
  it("goes on in its warm session, and still knows what it knew", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    await world.says("say hello");
    expect(await compact(world)).toEqual({ compacted: true });
    expect(await world.turn(RECALL)).toMatchObject({ text: "You asked me to remember tango.", warm: true });
    expect(await world.prompts()).toContain("/compact");
    expect(await world.store.list()).toMatchObject([{ state: "active", turns: 4 }]);
  });

  it("is told what to keep, and keeps its process where a policy restricts its tools", async () => {
    const world = await createBridgeWorld();
    const nativeTools = ["Read"];
    await world.says("remember tango", { nativeTools });
    const pid = await world.says("show pid", { nativeTools });
    expect(await compact(world, { instructions: "the names" })).toEqual({ compacted: true });
    expect(await world.prompts()).toContain("/compact the names");
    expect(await world.says("show pid", { nativeTools })).toBe(pid);
  });

  it("waits for the turn that runs", async () => {
    const world = await createBridgeWorld();
    const [turn, outcome] = await Promise.all([
      world.says("remember tango"),
      world.says("say hello").then(() => compact(world)),
    ]);
    expect([turn, outcome]).toEqual(["I will remember tango.", { compacted: true }]);
    expect(await world.prompts()).toEqual(["remember tango", "say hello", "/compact"]);
  });

  it("needs a session: without one, no process is started", async () => {
    const world = await createBridgeWorld();
    expect(await compact(world)).toEqual({
      compacted: false,
      reason: "this conversation has no Claude session yet",
    });
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.prompts()).toEqual([]);
  });

  it("keeps its session when it cannot be compacted, and is told why", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--compact-fails"];
    await world.says("remember tango");
    const before = await world.entry();
    expect(await compact(world)).toEqual({
      compacted: false,
      reason: expect.stringContaining("Prompt is too long") as string,
    });
    expect(await world.prompts()).toEqual(["remember tango", "/compact"]);
    expect(await world.entry()).toEqual(before);
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });

  it("keeps it, too, when the person has sent the command as a message", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--compact-fails"];
    await world.says("remember tango");
    expect(await world.turn("/contractor compact")).toMatchObject({
      kind: "failed",
      error: { code: "agent-overflow" },
    });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    expect(await world.prompts()).toEqual(["remember tango", "/compact", RECALL]);
  });

  it("is still owed the summary that it was owed before", async () => {
    const world = await createBridgeWorld();
    world.history = [{ role: "user", text: "remember tango", at: undefined }];
    await world.says("/contractor context");
    expect(await world.entry()).toMatchObject({ seedPending: true });
    await compact(world);
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect((await world.prompts()).at(-1)).toBe(
      `${summaryOfHistory(world.history, RECALL) ?? ""}\n\n${RECALL}`,
    );
  });

  it("is told when it was cancelled", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--compact-ms", "60000"];
    await world.says("remember tango");
    const stop = new AbortController();
    const outcome = compact(world, { signal: stop.signal });
    await expect.poll(() => world.prompts()).toContain("/compact");
    stop.abort();
    expect(await outcome).toEqual({ compacted: false, reason: "it was cancelled" });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });
});
