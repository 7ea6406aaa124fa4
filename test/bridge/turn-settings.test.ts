import { describe, expect, it } from "vitest";
import type { TurnSettings } from "../../src/bridge/turn.ts";
import { createBridgeWorld } from "./bridge-world.ts";
import { streamedText, watched } from "./watched-turn.ts";

const NOTHING: TurnSettings = { model: null, effort: null, fast: null };
const CHOSEN: TurnSettings = { model: "opus", effort: "high", fast: true };

function unsupported(settings: string): string {
  return `_This contractor's adapter cannot be set to the chosen ${settings}; it goes on without._`;
}

describe("what a person chose for a conversation", () => {
  it("reaches its session, also when it is warm, and is taken back with the choice", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--config-options"];
    const opened = { model: "default", effort: "default", fast: "off" };
    expect(JSON.parse(await world.says("show config", { settings: NOTHING }))).toEqual(opened);
    expect(JSON.parse(await world.says("show config", { settings: CHOSEN }))).toEqual({
      model: "opus",
      effort: "high",
      fast: "on",
    });
    expect(await world.turn("show config", { settings: NOTHING })).toMatchObject({ warm: true });
    expect(JSON.parse(await world.says("show config", { settings: NOTHING }))).toEqual(opened);
  });

  it("is given again to the process that resumes its session", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--config-options"];
    await world.says("say hello", { settings: CHOSEN });
    await world.restart();
    expect(await world.says("show config", { settings: CHOSEN })).toContain('"model":"opus"');
  });

  it("and the adapter does not have is told of once a process, and read by whoever watches", async () => {
    const world = await createBridgeWorld();
    const { outcome, events } = await watched(world, "say hello", { settings: CHOSEN });
    expect(outcome.text).toBe(`${unsupported("model or effort or fast")}\n\nhello`);
    expect(streamedText(events)).toBe(outcome.text);
    expect(await world.says("say again", { settings: CHOSEN })).toBe("again");
    await world.restart();
    const settings = { ...NOTHING, fast: true };
    expect(await world.says("say hello", { settings })).toBe(`${unsupported("fast")}\n\nhello`);
  });

  it("and the adapter does not offer is told of, too", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--config-options"];
    expect(await world.says("say hello", { settings: { ...NOTHING, effort: "max" } })).toBe(
      `${unsupported("effort")}\n\nhello`,
    );
  });
});

describe("a contractor's permission mode", () => {
  it("is the session's, and back again when it is changed, without another process", async () => {
    const world = await createBridgeWorld({ permissionMode: "accept-edits" });
    world.flags = ["--start-mode", "default"];
    expect(await world.says("show mode")).toBe("acceptEdits");
    const dev = world.config.contractors["dev"];
    if (dev !== undefined) dev.permissionMode = "ask";
    expect(await world.turn("show mode")).toMatchObject({ text: "default", warm: true });
  });

  it.each([
    ["auto", ["--start-mode", "default"]],
    ["accept-edits", []],
  ])("that the agent does not have (%s) fails the turn before it was given to it", async (mode, flags) => {
    const world = await createBridgeWorld({ permissionMode: mode });
    world.flags = flags;
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: true,
      error: { code: "permission-mode-unsupported" },
    });
    expect(await world.prompts()).toEqual([]);
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.entry()).toBeNull();
  });

  it.each([
    ["without an acknowledgement", 1000, false, "bypass-not-acknowledged"],
    ["as root, acknowledged or not", 0, true, "bypass-as-root"],
  ])("is not bypass %s: no process is started", async (_, uid, bypassAcknowledged, code) => {
    const world = await createBridgeWorld({ permissionMode: "bypass", bypassAcknowledged });
    world.uid = uid;
    // Nothing of the kind could be started.
    world.program = ["--no-such-option"];
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code },
    });
    const question = { question: "why?", images: [], signal: AbortSignal.timeout(5_000) };
    const asked = world.bridge.askAside({
      agentId: "dev",
      openclawSessionKey: "agent:dev:main",
      ...question,
    });
    await expect(asked).rejects.toMatchObject({ code });
  });
});
