import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SessionMapStore } from "../../src/contractor/session-map/session-map-store.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const NOTE =
  /^(.*)\n\n_This conversation's Claude session could not be noted: .+ It is tried again with the next message\._$/s;

/** The store, whose `method` fails as often as `times` says. */
function failing(store: SessionMapStore, method: "install" | "touch", times: number): SessionMapStore {
  let left = times;
  const reject = (): Promise<never> =>
    Promise.reject(
      new ContractorError("state-unusable", {
        message: "The disk is full.",
        mend: "Make room.",
        retryable: true,
      }),
    );
  const original = store[method].bind(store) as (...given: unknown[]) => Promise<boolean>;
  return { ...store, [method]: (...given: unknown[]) => (left-- > 0 ? reject() : original(...given)) };
}

async function worldThatCannotInstall(times: number): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  world.store = failing(world.store, "install", times);
  return world;
}

describe("a first turn whose session cannot be noted", () => {
  it("has its answer, with a note, and the next message continues the same session", async () => {
    const world = await worldThatCannotInstall(1);
    const first = await world.turn("remember tango");
    expect(first).toMatchObject({ kind: "completed", text: expect.stringMatching(NOTE) as string });
    expect(NOTE.exec(first.text)?.[1]).toBe("I will remember tango.");
    expect(first.text).toContain("The disk is full. Make room.");
    expect(await world.entry()).toBeNull();
    expect(await world.turn(RECALL)).toMatchObject({
      text: "You asked me to remember tango.",
      claudeSessionId: first.kind === "completed" ? first.claudeSessionId : "",
      warm: true,
    });
    expect(await world.store.list()).toMatchObject([{ state: "active", turns: 2 }]);
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });

  it("takes no other message before it is noted, and none is lost", async () => {
    const world = await worldThatCannotInstall(2);
    await world.says("remember tango");
    expect(await world.turn("remember fado")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code: "state-unusable" },
    });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    expect(await world.prompts()).toEqual(["remember tango", RECALL]);
  });

  it("is forgotten by a reset", async () => {
    const world = await worldThatCannotInstall(1);
    await world.says("remember tango");
    expect(await world.bridge.resetConversation(KEY, "reset")).toBeNull();
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect(await world.store.list()).toMatchObject([{ state: "active", turns: 1 }]);
  });

  it("is the same with a map file that is really in the way", async () => {
    const world = await createBridgeWorld();
    const map = join(world.workspace, ".openclaw/contractor-agent/session-map.json");
    let inTheWay = false;
    const onEvent = (): void => {
      if (inTheWay) return;
      inTheWay = true;
      rmSync(map);
      mkdirSync(map);
    };
    expect(await world.says("remember tango", { observer: { onEvent } })).toMatch(NOTE);
    rmdirSync(map);
    expect(await world.turn(RECALL)).toMatchObject({ text: "You asked me to remember tango.", warm: true });
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });
});

describe("a session that takes the place of another one and cannot be noted", () => {
  it("is noted with the next message, and the other one ends then", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    await world.restart();
    const lostId = (await world.entry())?.claudeSessionId ?? "";
    await world.deleteTranscript(lostId);
    world.store = failing(world.store, "install", 1);
    expect(await world.says("remember fado")).toMatch(NOTE);
    expect(await world.entry()).toMatchObject({ claudeSessionId: lostId });
    expect(await world.says(RECALL)).toBe("You asked me to remember fado.");
    expect(await world.store.list()).toMatchObject([
      { claudeSessionId: lostId, state: "orphaned", endedBy: "lost" },
      { state: "active", turns: 2 },
    ]);
  });
});

describe("a later turn that cannot be noted", () => {
  it("has its answer, with a note, and the conversation goes on", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    world.store = failing(world.store, "touch", 1);
    const outcome = await world.turn("remember fado");
    expect(outcome).toMatchObject({ kind: "completed", text: expect.stringMatching(NOTE) as string });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango, fado.");
    expect(await world.store.list()).toHaveLength(1);
  });
});
