import { describe, expect, it } from "vitest";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";

async function facts(world: BridgeWorld): Promise<string[]> {
  const shown: string[] = [];
  for (const question of ["show env ANTHROPIC_MODEL", "show mode", "show system prompt"]) {
    shown.push(await world.says(question));
  }
  return shown;
}

describe("model, mode and role", () => {
  it.each<[string, (world: BridgeWorld) => Promise<unknown>]>([
    ["a restart", (world) => world.restart()],
    ["a crash of the agent", (world) => world.turn("crash")],
    ["an agent that was killed", (world) => world.turn("talk-then-die")],
    ["a cancelled turn", (world) => world.turn("hang", { signal: AbortSignal.timeout(200) })],
    ["an interruption", (world) => world.bridge.interruptConversation(KEY)],
    ["some idle time", (world) => world.pool.evict("dev agent:dev:main")],
  ])("are given again after %s", async (_, end) => {
    const world = await createBridgeWorld({ model: "opus" });
    // A person's own settings may start every session in another mode.
    world.flags = ["--start-mode", "plan"];
    const [model, mode, role = ""] = await facts(world);
    expect([model, mode]).toEqual(["opus", "default"]);
    expect(role).toMatch(/^at new: # Your role\nYou work as the contractor agent "dev"/);
    await end(world);
    expect(await facts(world)).toEqual(["opus", "default", role.replace("at new:", "at resume:")]);
    expect(await world.store.list()).toHaveLength(1);
  });
});

describe("a session that another process has been in meanwhile", () => {
  it("is resumed, and its warm process, which does not know of that, is not used", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const { claudeSessionId = "" } = (await world.entry()) ?? {};
    expect(await world.turn(RECALL)).toMatchObject({ warm: true });
    const other = world.anotherStore();
    await other.touch({ key: KEY, claudeSessionId, at: new Date().toISOString() });
    await other.flush();
    expect(await world.turn(RECALL)).toMatchObject({
      text: "You asked me to remember tango.",
      claudeSessionId,
      warm: false,
    });
    expect(await world.turn(RECALL)).toMatchObject({ warm: true });
    expect(world.pool.liveSessions).toBe(1);
  });
});
