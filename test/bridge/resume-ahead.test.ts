import { describe, expect, it } from "vitest";
import type { SessionTools } from "../../src/bridge/turn.ts";
import { BRIDGE_POOL, createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const REMEMBERED = "You asked me to remember tango.";

/** A conversation of one turn, after a restart, with what that turn had. */
async function restarted(
  contractor: Record<string, unknown> = {},
  turn: Partial<SessionTools> = {},
): Promise<BridgeWorld> {
  const world = await createBridgeWorld(contractor, {
    elsewhere: { format: "anthropic", baseUrl: "http://127.0.0.1:9" },
  });
  await world.says("remember tango", { ...turn, openclawTools: null });
  await world.restart();
  expect(world.pool.liveSessions).toBe(0);
  return world;
}

const sources = async (world: BridgeWorld): Promise<unknown[]> =>
  (await world.turnLog()).map(({ session }) => session);

describe("a conversation whose turn is expected", () => {
  it("is resumed ahead, in the process that its turn then has", async () => {
    const world = await restarted();
    await world.bridge.expectTurn(KEY);
    expect(world.pool.warmConversations()).toHaveLength(1);
    // No further process could be started.
    world.flags = ["--fail-initialize"];
    expect(await world.says(RECALL)).toBe(REMEMBERED);
    expect(await world.says(RECALL)).toBe(REMEMBERED);
    expect(await sources(world)).toEqual(["new", "resumed", "warm"]);
    expect(world.log).toEqual([]);
  });

  it("has one process when its turn comes before it is there", async () => {
    const world = await restarted();
    const expected = world.bridge.expectTurn(KEY);
    await Promise.resolve();
    expect(await world.says(RECALL)).toBe(REMEMBERED);
    await expected;
    expect(world.pool.liveSessions).toBe(1);
    expect(await world.store.list()).toMatchObject([{ turns: 2 }]);
  });

  it("has another process when the turn wants something else", async () => {
    const world = await restarted();
    await world.bridge.expectTurn(KEY);
    expect(await world.says(RECALL, { nativeTools: ["Read"] })).toBe(REMEMBERED);
    expect(world.pool.liveSessions).toBe(1);
  });

  it("is left alone when nothing of it is known, or it has a process", async () => {
    const world = await restarted();
    await world.bridge.expectTurn({ ...KEY, openclawSessionKey: "agent:dev:other" });
    expect(world.pool.liveSessions).toBe(0);
    await world.says(RECALL);
    await world.bridge.expectTurn(KEY);
    await world.bridge.expectTurn(KEY);
    expect(world.pool.liveSessions).toBe(1);
  });

  it("that is new has a spare session opened, which its turn then has", async () => {
    const world = await createBridgeWorld();
    world.pool.configure({ ...BRIDGE_POOL, spares: true });
    const expected = world.bridge.expectTurn(KEY);
    expect(await world.says("say hello")).toContain("hello");
    await expected;
    expect(await sources(world)).toEqual(["spare"]);
  });

  it.each([
    ["the turn may run elsewhere", { routes: [{ endpoint: "elsewhere", purpose: ["heartbeat"] }] }],
    ["nothing is remembered", { mode: "oneshot" }],
  ])("is left alone when %s", async (_, contractor) => {
    const world = await restarted(contractor);
    await world.bridge.expectTurn(KEY);
    expect(world.pool.liveSessions).toBe(0);
  });

  it("is left alone while its endpoint takes no requests", async () => {
    const world = await restarted();
    world.limits.note({ endpoint: "subscription", configDir: "", code: "agent-limit", resetAt: undefined });
    await world.bridge.expectTurn(KEY);
    expect(world.pool.liveSessions).toBe(0);
  });

  it("is begun anew by its turn, with the notice, when its session is gone", async () => {
    const world = await restarted();
    const { claudeSessionId = "" } = (await world.entry()) ?? {};
    await world.deleteTranscript(claudeSessionId);
    world.flags = ["--fail-resume", "-32002"];
    await world.bridge.expectTurn(KEY);
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.says("say hello")).toContain("hello");
    expect((await world.entry())?.claudeSessionId).not.toBe(claudeSessionId);
  });

  it("costs its turn nothing when it cannot be resumed ahead, and the log says why", async () => {
    const world = await restarted();
    world.flags = ["--fail-initialize"];
    await world.bridge.expectTurn(KEY);
    expect(world.log).toEqual([expect.stringMatching(/^agent:dev:main was not resumed ahead of its turn: /)]);
    expect(world.pool.liveSessions).toBe(0);
    world.flags = [];
    expect(await world.says(RECALL)).toBe(REMEMBERED);
  });

  it("has no process any more after a reset that comes meanwhile", async () => {
    const world = await restarted();
    const expected = world.bridge.expectTurn(KEY);
    await world.bridge.resetConversation(KEY, "reset");
    await expected;
    await expect.poll(() => world.pool.liveSessions).toBe(0);
    expect(await world.says(RECALL)).not.toBe(REMEMBERED);
  });
});
