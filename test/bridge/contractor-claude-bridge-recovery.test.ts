import { rename } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { SESSION_REPLACED_NOTICE } from "../../src/contractor/recovery.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";

type Restarted = { world: BridgeWorld; lostId: string };

/** A conversation of one turn, after a restart: its next turn has to resume. */
async function restartedConversation(): Promise<Restarted> {
  const world = await createBridgeWorld();
  await world.says("remember tango");
  await world.restart();
  return { world, lostId: (await world.entry())?.claudeSessionId ?? "" };
}

async function lostConversation(): Promise<Restarted> {
  const restarted = await restartedConversation();
  await restarted.world.deleteTranscript(restarted.lostId);
  return restarted;
}

async function states(world: BridgeWorld): Promise<string[]> {
  return (await world.store.list()).map(({ state }) => state);
}

describe("a session that is proven gone", () => {
  it("is replaced with a notice in front of the reply, and its entry is orphaned", async () => {
    const { world, lostId } = await lostConversation();
    expect(await world.says(RECALL)).toBe(`${SESSION_REPLACED_NOTICE}\n\nNothing yet.`);
    expect(await world.store.list()).toMatchObject([
      { claudeSessionId: lostId, state: "orphaned", turns: 1 },
      { ...KEY, state: "active", turns: 1 },
    ]);
    expect(await world.says("remember fado")).toBe("I will remember fado.");
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember fado.");
  });

  it("shows the notice live, before the first word of the reply", async () => {
    const { world } = await lostConversation();
    const texts: string[] = [];
    await world.says("say hello", {
      observer: { onEvent: (event) => event.type === "text" && texts.push(event.delta) },
    });
    expect(texts).toEqual([`${SESSION_REPLACED_NOTICE}\n\n`, "hello"]);
  });

  it("is replaced where the agent can only say that something went wrong", async () => {
    const { world } = await lostConversation();
    world.flags = ["--fail-resume", "-32603"];
    expect(await world.says("say hello")).toContain(SESSION_REPLACED_NOTICE);
    expect(await states(world)).toEqual(["orphaned", "active"]);
  });

  it.each([
    ["crash", "failed"],
    ["   ", "failed"],
    ["fail -32603 no", "failed"],
  ])("is announced again when the first turn of the new one fails: %j", async (prompt, kind) => {
    const { world } = await lostConversation();
    expect((await world.turn(prompt)).kind).toBe(kind);
    expect(await states(world)).toEqual(["active"]);
    expect(await world.says("say hello")).toBe(`${SESSION_REPLACED_NOTICE}\n\nhello`);
    expect(await states(world)).toEqual(["orphaned", "active"]);
  });

  it("is announced later when no new session can be had now", async () => {
    const { world, lostId } = await lostConversation();
    world.flags = ["--crash-on-new"];
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code: "adapter-crashed" },
    });
    expect(await world.store.list()).toMatchObject([{ claudeSessionId: lostId, state: "active" }]);
    world.flags = [];
    expect(await world.says("say hello")).toContain(SESSION_REPLACED_NOTICE);
  });
});

describe("a session that is not proven gone", () => {
  it.each([
    ["the agent says not found", ["--fail-resume", "-32002"], "agent-session-lost"],
    ["the agent says internal error", ["--fail-resume", "-32603"], "agent-failed"],
  ])("stays mapped while its transcript is there, although %s", async (_, flags, code) => {
    const { world, lostId } = await restartedConversation();
    world.flags = flags;
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code },
    });
    expect(await world.store.list()).toMatchObject([{ claudeSessionId: lostId, state: "active" }]);
    expect(await world.transcripts()).toEqual([lostId]);
    world.flags = [];
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });

  it.each<[string, string, (world: BridgeWorld) => void]>([
    [
      "the agent does not answer",
      "adapter-timeout",
      (world) => {
        world.flags = ["--hang-resume"];
        world.openSessionMs = 300;
      },
    ],
    [
      "the agent crashes",
      "adapter-crashed",
      (world) => {
        world.program = ["-e", "process.exit(3)"];
      },
    ],
    [
      "the agent wants a login",
      "agent-auth",
      (world) => {
        world.flags = ["--fail-resume", "-32000"];
      },
    ],
    [
      "the agent cannot resume at all",
      "agent-protocol",
      (world) => {
        world.flags = ["--no-resume", "--no-load"];
      },
    ],
  ])("stays mapped even without its transcript when %s", async (_, code, spoil) => {
    const { world, lostId } = await lostConversation();
    spoil(world);
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { code },
    });
    expect(await world.store.list()).toMatchObject([{ claudeSessionId: lostId, state: "active" }]);
    expect(await world.transcripts()).toEqual([]);
  });
});

describe("a workspace that has moved", () => {
  it("is named with both paths, and the conversation stays mapped", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const entry = await world.entry();
    await world.restart();
    const moved = `${world.workspace}-moved`;
    await rename(world.workspace, moved);
    const dev = world.config.contractors["dev"];
    if (dev !== undefined) dev.workspace = moved;
    const outcome = await world.turn("say hello");
    expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { code: "workspace-moved" } });
    expect(outcome.kind === "failed" && outcome.error.message).toBe(
      `This conversation's Claude session belongs to the folder ${world.workspace}, but the workspace is now ${moved}.`,
    );
    expect(await world.entry()).toEqual(entry);
  });
});
