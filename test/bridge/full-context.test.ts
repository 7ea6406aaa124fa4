import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { summaryOfHistory } from "../../src/bridge/history-seed.ts";
import { COMPACTED_NOTICE, noticesOf } from "../../src/bridge/session-start.ts";
import type { HistoryMessage } from "../../src/bridge/turn.ts";
import { createBridgeWorld, type BridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const HISTORY: HistoryMessage[] = [{ role: "user", text: "remember tango", at: undefined }];
const SUMMARY = summaryOfHistory(HISTORY, RECALL) ?? "";

function rotatedNotice(summarized: boolean): string {
  return noticesOf({ interrupted: false, fresh: "rotated", summarized }).join("\n\n");
}

/** A conversation of two turns in a session that has room for no more. */
async function fullConversation(...flags: string[]): Promise<{ world: BridgeWorld; sessionId: string }> {
  const world = await createBridgeWorld();
  world.flags = ["--context-limit", "2", ...flags];
  await world.says("remember tango");
  await world.says("remember fado");
  world.history = HISTORY;
  return { world, sessionId: (await world.entry())?.claudeSessionId ?? "" };
}

async function newPrompts(world: BridgeWorld): Promise<string[]> {
  return (await world.prompts()).slice(2);
}

describe("a session whose context is full", () => {
  it.each([false, true])(
    "is compacted, then answers with a notice, and goes on (after a restart: %s)",
    async (restarted) => {
      const { world, sessionId } = await fullConversation();
      if (restarted) await world.restart();
      expect(await world.turn(RECALL)).toMatchObject({
        kind: "completed",
        text: `${COMPACTED_NOTICE}\n\nYou asked me to remember tango, fado.`,
        claudeSessionId: sessionId,
      });
      expect(await newPrompts(world)).toEqual([RECALL, "/compact", RECALL]);
      expect(await world.store.list()).toMatchObject([
        { claudeSessionId: sessionId, state: "active", turns: 3 },
      ]);
      expect(world.pool.liveSessions).toBe(1);
    },
  );

  it("is warm again after that, and says nothing more of it", async () => {
    const { world } = await fullConversation();
    await world.says(RECALL);
    world.flags = [];
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember tango, fado.");
    expect(await world.turn("say hello")).toMatchObject({ text: "hello", warm: true });
  });

  it("is replaced when it cannot be compacted: with a summary, a notice, and the old one closed", async () => {
    const { world, sessionId } = await fullConversation("--compact-fails");
    expect(await world.says(RECALL)).toBe(`${rotatedNotice(true)}\n\nNothing yet.`);
    expect(await newPrompts(world)).toEqual([RECALL, "/compact", `${SUMMARY}\n\n${RECALL}`]);
    expect(await world.store.list()).toMatchObject([
      { claudeSessionId: sessionId, state: "closed", endedBy: "rotated", turns: 2 },
      { state: "active", turns: 1 },
    ]);
    expect(await world.turn("say hello")).toMatchObject({ text: "hello", warm: true });
    await world.restart();
    expect((await world.entry())?.claudeSessionId).not.toBe(sessionId);
  });

  it("is replaced at once when the agent has tried to compact it by itself", async () => {
    const { world, sessionId } = await fullConversation("--compacts-itself");
    const outcome = await world.turn(RECALL);
    expect(outcome).toMatchObject({ kind: "completed", text: `${rotatedNotice(true)}\n\nNothing yet.` });
    expect(outcome.toolCalls).toEqual([]);
    expect(await newPrompts(world)).toEqual([RECALL, `${SUMMARY}\n\n${RECALL}`]);
    expect(await world.store.list()).toMatchObject([
      { claudeSessionId: sessionId, state: "closed", endedBy: "rotated" },
      { state: "active" },
    ]);
  });

  it("is replaced by one that owes the summary when the message is a command", async () => {
    const { world } = await fullConversation("--compact-fails");
    expect(await world.says("/status")).toBe(`${rotatedNotice(false)}\n\nYou said: /status`);
    expect(await world.entry()).toMatchObject({ seedPending: true });
    await world.says("say hello");
    expect((await newPrompts(world)).slice(2)).toEqual(["/status", `${SUMMARY}\n\nsay hello`]);
  });

  it("stays when the turn in the new one fails", async () => {
    const { world, sessionId } = await fullConversation("--compact-fails");
    expect(await world.turn("crash")).toMatchObject({ kind: "failed", accepted: true });
    expect(await world.store.list()).toMatchObject([{ claudeSessionId: sessionId, state: "active" }]);
    expect(await newPrompts(world)).toEqual(["crash", "/compact", `${SUMMARY}\n\ncrash`]);
  });
});

describe("a message that is too long", () => {
  it.each(["--compact-fails", "--compacts-itself"])(
    "even for a new session is refused with the mend, and nothing is lost: %s",
    async (flag) => {
      const { world, sessionId } = await fullConversation(flag);
      world.flags = ["--context-limit", "0", flag];
      await world.restart();
      expect(await world.turn("say hello")).toMatchObject({
        kind: "failed",
        accepted: true,
        mayGoElsewhere: false,
        text: "",
        error: { code: "agent-overflow", mend: expect.stringContaining("Send a shorter one") as string },
      });
      expect(await world.store.list()).toMatchObject([
        { claudeSessionId: sessionId, state: "active", turns: 2 },
      ]);
      expect(world.pool.liveSessions).toBe(0);
      world.flags = [];
      expect(await world.says(RECALL)).toBe("You asked me to remember tango, fado.");
    },
  );

  it("in the first turn of a conversation is not tried a second time", async () => {
    const world = await createBridgeWorld();
    world.flags = ["--context-limit", "0"];
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      error: { code: "agent-overflow", message: expect.stringContaining("even in a new session") as string },
    });
    expect(await world.prompts()).toEqual(["say hello"]);
    expect(await world.store.list()).toEqual([]);
  });
});

describe("a context that becomes full in the middle of a turn", () => {
  it("is no reason to send the message again", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const before = await world.store.list();
    const outcome = await world.turn("talk-then-overflow");
    expect(outcome).toMatchObject({
      kind: "failed",
      accepted: true,
      text: "Half an",
      error: {
        code: "agent-overflow",
        message: expect.stringContaining("Claude had begun already") as string,
      },
    });
    expect(await world.prompts()).toEqual(["remember tango", "talk-then-overflow"]);
    expect(await world.store.list()).toEqual(before);
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });
});

describe("a turn that is cancelled while room is made", () => {
  it("ends, its message is not sent again, and the conversation stays as it was", async () => {
    const { world, sessionId } = await fullConversation();
    // The second process, which is to compact, does not get its session.
    const cancel = new AbortController();
    world.flags = ["--context-limit", "2", "--hang-resume"];
    const turn = world.turn(RECALL, { signal: cancel.signal });
    await expect.poll(async () => newPrompts(world)).toEqual([RECALL]);
    await delay(300);
    cancel.abort();
    expect(await turn).toMatchObject({ kind: "cancelled", text: "" });
    expect(await newPrompts(world)).toEqual([RECALL]);
    expect(await world.store.list()).toMatchObject([
      { claudeSessionId: sessionId, state: "active", turns: 2 },
    ]);
    world.flags = [];
    expect(await world.says(RECALL)).toBe("You asked me to remember tango, fado.");
  });
});
