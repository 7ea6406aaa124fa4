import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { createBridgeWorld, KEY } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";

const KEYS = [
  "agent:dev:main",
  "agent:dev:main ",
  "Agent:dev:main",
  "agent:dev:telegram:group:42",
  "../../x",
  "/etc/passwd",
  "x".repeat(300),
  `${"x".repeat(300)}y`,
  "__proto__",
  "constructor",
  "ключ 🦞",
  "a\nb",
];

describe("two conversations", () => {
  it("of one agent never share a session, whatever their keys, before and after a restart", async () => {
    const world = await createBridgeWorld();
    const beside = async (): Promise<string[]> =>
      (await readdir(dirname(world.workspace))).filter(
        (name) => name !== "prompts" && name !== "latest-tools.json",
      );
    const around = await beside();
    for (const [index, openclawSessionKey] of KEYS.entries()) {
      await world.says(`remember word${index}`, { openclawSessionKey });
    }
    await world.restart();
    for (const [index, openclawSessionKey] of KEYS.entries()) {
      expect(await world.says(RECALL, { openclawSessionKey })).toBe(`You asked me to remember word${index}.`);
    }
    const entries = await world.store.list();
    expect(entries.map(({ openclawSessionKey }) => openclawSessionKey).toSorted()).toEqual(KEYS.toSorted());
    expect(new Set(entries.map(({ claudeSessionId }) => claudeSessionId)).size).toBe(KEYS.length);
    // No key is a path.
    expect(await readdir(world.workspace)).toEqual([".openclaw"]);
    expect(await beside()).toEqual(around);
  }, 60_000);

  it("of two agents never share a session, though workspace and key are the same", async () => {
    const world = await createBridgeWorld();
    const { dev } = world.config.contractors;
    if (dev !== undefined) world.config.contractors["dev-2"] = { ...dev };
    await world.says("remember tango");
    await world.says("remember fado", { agentId: "dev-2" });
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    expect(await world.says(RECALL, { agentId: "dev-2" })).toBe("You asked me to remember fado.");
    await world.bridge.resetConversation(KEY, "reset");
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect(await world.says(RECALL, { agentId: "dev-2" })).toBe("You asked me to remember fado.");
  });
});

describe("a turn without a session key", () => {
  it("fails closed, and asks nobody for a session", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    expect(await world.turn(RECALL, { openclawSessionKey: "" })).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code: "session-identity-missing" },
    });
    expect(await world.prompts()).toEqual(["remember tango"]);
    expect(await world.store.list()).toHaveLength(1);
  });
});
