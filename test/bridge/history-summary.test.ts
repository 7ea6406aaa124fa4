import { describe, expect, it } from "vitest";
import { summaryOfHistory } from "../../src/bridge/history-seed.ts";
import { noticesOf } from "../../src/bridge/session-start.ts";
import type { HistoryMessage } from "../../src/bridge/turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";

const HISTORY: HistoryMessage[] = [
  { role: "user", text: "remember tango", at: "2025-12-31T00:00:00.000Z" },
  { role: "assistant", text: "I will remember tango.", at: "2025-12-31T00:00:01.000Z" },
];
const SUMMARY = summaryOfHistory(HISTORY, "another message") ?? "";

function noticeOf(summarized: boolean): string {
  return noticesOf({ interrupted: false, fresh: "lost", summarized }).join("\n\n");
}

/** A conversation whose session is gone, and of which OpenClaw still has the history. */
async function lostConversation(): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  await world.says("remember tango");
  await world.restart();
  await world.deleteTranscript((await world.entry())?.claudeSessionId ?? "");
  world.history = HISTORY;
  return world;
}

describe("what OpenClaw still has of a conversation", () => {
  it("reaches its new session exactly once, in front of the first message, and the notice says so", async () => {
    const world = await lostConversation();
    expect(await world.says("say hello")).toBe(`${noticeOf(true)}\n\nhello`);
    expect(await world.says("say again")).toBe("again");
    await world.restart();
    expect(await world.says("say more")).toBe("more");
    expect((await world.prompts()).slice(1)).toEqual([`${SUMMARY}\n\nsay hello`, "say again", "say more"]);
  });

  it("stands in front of what the host says about the chat", async () => {
    const world = await lostConversation();
    await world.says("say hello", { context: "From: Ann" });
    expect((await world.prompts()).at(-1)).toBe(
      `${SUMMARY}\n\n<openclaw-context>\n> From: Ann\n</openclaw-context>\n\nsay hello`,
    );
  });

  it("does not contain the message that is sent now", async () => {
    const world = await lostConversation();
    world.history = [...HISTORY, { role: "user", text: "say hello", at: undefined }];
    await world.says("say hello");
    expect((await world.prompts()).at(-1)).toBe(`${SUMMARY}\n\nsay hello`);
  });

  it("never stands in front of a slash command, but in front of the next ordinary message", async () => {
    const world = await lostConversation();
    expect(await world.says("/status")).toBe(`${noticeOf(false)}\n\nYou said: /status`);
    expect(await world.entry()).toMatchObject({ seedPending: true, turns: 1 });
    expect(await world.says("/status")).toBe("You said: /status");
    await world.restart();
    expect(await world.says("say hello")).toBe("hello");
    expect(await world.entry()).toMatchObject({ seedPending: false, turns: 3 });
    expect(await world.says("say again")).toBe("again");
    expect((await world.prompts()).slice(1)).toEqual([
      "/status",
      "/status",
      `${SUMMARY}\n\nsay hello`,
      "say again",
    ]);
  });

  it.each(["crash", "fail -32603 no"])(
    "is told again when the turn that was to bring it failed: %s",
    async (prompt) => {
      const world = await lostConversation();
      expect((await world.turn(prompt)).kind).toBe("failed");
      await world.says("say hello");
      expect((await world.prompts()).slice(1)).toEqual([
        `${SUMMARY}\n\n${prompt}`,
        `${SUMMARY}\n\nsay hello`,
      ]);
    },
  );

  it("is told again when that was the ordinary message after a command", async () => {
    const world = await lostConversation();
    await world.says("/status");
    await world.turn("crash");
    await world.says("say hello");
    expect((await world.prompts()).slice(2)).toEqual([`${SUMMARY}\n\ncrash`, `${SUMMARY}\n\nsay hello`]);
    expect(await world.entry()).toMatchObject({ seedPending: false });
  });

  it.each<[string, () => Promise<HistoryMessage[]>]>([
    ["is nothing", () => Promise.resolve([])],
    ["cannot be read", () => Promise.reject(new Error("EACCES"))],
  ])("the notice says that nothing is remembered when it %s", async (_, readHistory) => {
    const world = await lostConversation();
    expect(await world.says("say hello", { readHistory })).toBe(`${noticeOf(false)}\n\nhello`);
    expect((await world.prompts()).at(-1)).toBe("say hello");
  });

  it("reaches a session that joins a conversation in which others have answered, without a notice", async () => {
    const world = await createBridgeWorld();
    world.history = HISTORY;
    expect(await world.says("say hello")).toBe("hello");
    expect(await world.says("say again")).toBe("again");
    expect(await world.prompts()).toEqual([`${SUMMARY}\n\nsay hello`, "say again"]);
  });

  it("is not even read when the session goes on, nor after a reset", async () => {
    const world = await createBridgeWorld();
    const readHistory = (): Promise<HistoryMessage[]> => Promise.reject(new Error("must not be read"));
    await world.says("say hello");
    world.history = HISTORY;
    await world.says("say again", { readHistory });
    await world.restart();
    await world.says("say more", { readHistory });
    await world.bridge.resetConversation(KEY, "reset");
    await world.says("say anew");
    expect(await world.prompts()).toEqual(["say hello", "say again", "say more", "say anew"]);
  });
});

describe("a map that was damaged", () => {
  it("makes conversations that it knew begin anew, with a notice and a summary; later ones get no notice", async () => {
    const world = await createBridgeWorld();
    const { store } = world;
    const damagedAt = "2026-01-01T00:00:00.000Z";
    const incident = { at: damagedAt, movedTo: "/aside", problem: "it was not JSON", restored: 0 };
    world.store = { ...store, incidents: () => Promise.resolve([incident]) };
    world.history = HISTORY;
    const notices = noticesOf({ interrupted: false, fresh: "map-lost", summarized: true });
    expect(await world.says("say hello")).toBe(`${notices.join("\n\n")}\n\nhello`);
    expect(await world.says("say again")).toBe("again");
    world.history = HISTORY.map((message) => ({ ...message, at: "2026-01-02T00:00:00.000Z" }));
    const key = { openclawSessionKey: "agent:dev:new" };
    expect(await world.says("say hello", key)).toBe("hello");
    expect(await world.prompts()).toEqual([
      `${SUMMARY}\n\nsay hello`,
      "say again",
      `${SUMMARY}\n\nsay hello`,
    ]);
  });

  it("costs no turn its answer when the history cannot be read", async () => {
    const world = await createBridgeWorld();
    const incident = { at: "2026-01-01T00:00:00.000Z", movedTo: "/aside", problem: "no JSON", restored: 0 };
    world.store = { ...world.store, incidents: () => Promise.resolve([incident]) };
    const readHistory = (): Promise<HistoryMessage[]> => Promise.reject(new Error("EACCES"));
    expect(await world.says("say hello", { readHistory })).toBe("hello");
  });
});
