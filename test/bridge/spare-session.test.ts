import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BRIDGE_POOL, createBridgeWorld, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const conversation = (name: string): { openclawSessionKey: string } => ({
  openclawSessionKey: `agent:dev:${name}`,
});

async function worldWithSpare(): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  world.pool.configure({ ...BRIDGE_POOL, spares: true });
  await world.bridge.prepareSpare("dev");
  expect(world.pool.hasSpare("dev")).toBe(true);
  return world;
}

const mapped = async (world: BridgeWorld): Promise<string[]> =>
  (await world.store.list()).map(({ openclawSessionKey }) => openclawSessionKey);

describe("a spare session", () => {
  it("is no conversation until it has one, and is its own from then on", async () => {
    const world = await worldWithSpare();
    expect(await mapped(world)).toEqual([]);
    await world.says("remember the blue door", conversation("one"));
    expect(await mapped(world)).toEqual([conversation("one").openclawSessionKey]);
    expect(await world.says(RECALL, conversation("one"))).toContain("the blue door");
    await world.pool.drain();
    expect(await world.says(RECALL, conversation("one"))).toContain("the blue door");
  });

  it("is prepared anew after each use, and never carries anything over", async () => {
    const world = await worldWithSpare();
    for (const name of ["one", "two", "three"]) {
      await world.says(`remember the door of ${name}`, conversation(name));
      await expect.poll(() => world.pool.hasSpare("dev"), { timeout: 10_000 }).toBe(true);
    }
    for (const name of ["one", "two", "three"]) {
      expect(await world.says(RECALL, conversation(name))).toContain(`the door of ${name}`);
    }
  });

  it("opened with another role text than the agent has now is not used", async () => {
    const world = await worldWithSpare();
    await writeFile(join(world.workspace, "SOUL.md"), "You are terse.\n");
    let untouched = false;
    const onEvent = (): void => {
      untouched = world.pool.hasSpare("dev");
    };
    await world.turn("say hello", { ...conversation("one"), observer: { onEvent } });
    expect(untouched).toBe(true);
    // One of the conversation, and a spare that its next one can have.
    await expect.poll(() => world.pool.liveSessions, { timeout: 10_000 }).toBe(2);
  });

  it("that cannot be had is told to the log, and costs no turn anything", async () => {
    const world = await createBridgeWorld();
    world.pool.configure({ ...BRIDGE_POOL, spares: true });
    world.flags = ["--fail-initialize"];
    await world.bridge.prepareSpare("dev");
    expect(world.log).toEqual([expect.stringMatching(/^no spare session of dev: /)]);
    expect(world.pool.liveSessions).toBe(0);
  });

  it("is not opened when none are wanted", async () => {
    const world = await createBridgeWorld();
    world.pool.configure({ ...BRIDGE_POOL, spares: true });
    world.config.spareSessions = 0;
    await world.bridge.prepareSpare("dev");
    await world.says("say hello", conversation("one"));
    expect(world.pool.liveSessions).toBe(1);
  });
});
