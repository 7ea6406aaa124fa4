import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { summaryOfHistory } from "../../src/bridge/history-seed.ts";
import { noticesOf } from "../../src/bridge/session-start.ts";
import type { HistoryMessage } from "../../src/bridge/turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld } from "./bridge-world.ts";
import { deadOwner, leaveTurn, livingOwner, openTurnPathOf, type Owner } from "./left-turn.ts";

const RECALL = "what did I ask you to remember?";
const HISTORY: HistoryMessage[] = [{ role: "user", text: "remember tango", at: undefined }];
const SUMMARY = summaryOfHistory(HISTORY, "say hello") ?? "";
const [NOTICE = ""] = noticesOf({ interrupted: true, fresh: undefined, summarized: false });

async function rememberingWorld(): Promise<BridgeWorld> {
  const world = await createBridgeWorld();
  await world.says("remember tango");
  await world.restart();
  return world;
}

function interrupt(world: BridgeWorld, owner: Owner): Promise<void> {
  return leaveTurn(world.workspace, { key: KEY, owner });
}

describe("a turn whose process ended in the middle of it", () => {
  it("is told of in front of the next answer, once, and its conversation goes on", async () => {
    const world = await rememberingWorld();
    await interrupt(world, await deadOwner());
    expect(await world.says(RECALL)).toBe(`${NOTICE}\n\nYou asked me to remember tango.`);
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    await world.restart();
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
  });

  it("is not sent again, although the agent had it and was at work", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const gone = new AbortController();
    const hanging = world.turn("hang", { signal: gone.signal });
    await expect.poll(() => world.prompts()).toContain("hang");
    await world.crash();
    expect(await world.says(RECALL)).toBe(`${NOTICE}\n\nYou asked me to remember tango.`);
    expect(await world.prompts()).toEqual(["remember tango", "hang", RECALL]);
    gone.abort();
    await hanging;
  });

  it.each([
    ["fails in the agent", "crash"],
    ["is empty", "  "],
    ["is cancelled", "hang"],
  ])("is told of later when the next turn has no answer because it %s", async (_, prompt) => {
    const world = await rememberingWorld();
    await interrupt(world, await deadOwner());
    expect((await world.turn(prompt, { signal: AbortSignal.timeout(5_000) })).kind).not.toBe("completed");
    expect(await world.says("say hello")).toBe(`${NOTICE}\n\nhello`);
    expect(await world.says("say again")).toBe("again");
  });

  it("is told of later when the map cannot be read now", async () => {
    const world = await rememberingWorld();
    await interrupt(world, await deadOwner());
    const { store } = world;
    world.store = { ...store, get: () => Promise.reject(new Error("EIO")) };
    expect(await world.turn("say hello")).toMatchObject({ kind: "failed", accepted: false });
    world.store = store;
    expect(await world.says("say hello")).toBe(`${NOTICE}\n\nhello`);
  });

  it("is told of together with a session that is gone, each in a paragraph", async () => {
    const world = await rememberingWorld();
    await interrupt(world, await deadOwner());
    await world.deleteTranscript((await world.entry())?.claudeSessionId ?? "");
    const notices = noticesOf({ interrupted: true, fresh: "lost", summarized: false });
    expect(await world.says("say hello")).toBe([...notices, "hello"].join("\n\n"));
  });

  it("is forgotten by a reset", async () => {
    const world = await rememberingWorld();
    await interrupt(world, await deadOwner());
    await world.bridge.resetConversation(KEY, "reset");
    world.history = HISTORY;
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect((await world.prompts()).at(-1)).toBe(RECALL);
  });

  it("that was the first one leaves no session: the next one gets the summary", async () => {
    const world = await createBridgeWorld();
    world.history = HISTORY;
    await interrupt(world, await deadOwner());
    expect(await world.says("say hello")).toBe(`${NOTICE}\n\nhello`);
    expect(await world.says("say again")).toBe("again");
    expect(await world.prompts()).toEqual([`${SUMMARY}\n\nsay hello`, "say again"]);
  });
});

describe("a first turn that was not completed", () => {
  it.each([
    ["failed", "crash"],
    ["cancelled", "hang"],
  ])(
    "leaves nothing to resume, and the next one gets the summary without a notice: %s",
    async (kind, prompt) => {
      const world = await createBridgeWorld();
      const stop = new AbortController();
      const turn = world.turn(prompt, { signal: stop.signal });
      await expect.poll(() => world.prompts()).toEqual([prompt]);
      if (kind === "cancelled") stop.abort();
      expect(await turn).toMatchObject({ kind });
      await world.restart();
      world.history = HISTORY;
      expect(await world.says("say hello")).toBe("hello");
      expect((await world.prompts()).slice(1)).toEqual([`${SUMMARY}\n\nsay hello`]);
      expect(await world.store.list()).toMatchObject([{ state: "active", turns: 1 }]);
    },
  );

  it("is nothing worse when its record cannot be read", async () => {
    const world = await createBridgeWorld();
    await interrupt(world, await deadOwner());
    await writeFile(openTurnPathOf(world.workspace, KEY), "not JSON");
    world.history = HISTORY;
    expect(await world.says("say hello")).toBe("hello");
    expect(await world.prompts()).toEqual([`${SUMMARY}\n\nsay hello`]);
  });
});

describe("a conversation that another process is in a turn of", () => {
  it("is busy, takes nothing, and can go on when that process is gone", async () => {
    const world = await rememberingWorld();
    const other = await livingOwner();
    await interrupt(world, other);
    const path = openTurnPathOf(world.workspace, KEY);
    const left = await readFile(path, "utf8");
    expect(await world.turn("say hello")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: false,
      error: {
        code: "session-busy",
        retryable: true,
        message: expect.stringContaining(`pid ${other.pid}`) as string,
      },
    });
    expect(await readFile(path, "utf8")).toBe(left);
    expect(await world.prompts()).toEqual(["remember tango"]);
    expect(await world.says("say hello", { openclawSessionKey: "agent:dev:other" })).toBe("hello");
    await other.kill();
    expect(await world.says(RECALL)).toBe(`${NOTICE}\n\nYou asked me to remember tango.`);
  });

  it("is free when the pid belongs to somebody else by now", async () => {
    const world = await rememberingWorld();
    await interrupt(world, { ...(await livingOwner()), startTime: "1" });
    expect(await world.says(RECALL)).toBe(`${NOTICE}\n\nYou asked me to remember tango.`);
  });

  it("is busy when the process is on another machine, of which nothing is known", async () => {
    const world = await rememberingWorld();
    await interrupt(world, { ...(await deadOwner()), host: "elsewhere" });
    expect(await world.turn("say hello")).toMatchObject({ error: { code: "session-busy" } });
  });
});

describe("a turn in which Claude had begun", () => {
  it.each([
    ["tool-then-crash", ""],
    ["talk-then-die", "Half an"],
    ["crash", "About to"],
  ])("is never sent again, and the person is told to go on: %s", async (prompt, text) => {
    const world = await rememberingWorld();
    const outcome = await world.turn(prompt);
    expect(outcome).toMatchObject({
      kind: "failed",
      text,
      accepted: true,
      mayGoElsewhere: false,
      error: {
        code: "adapter-crashed",
        mend: "Send “continue” to go on.",
        message: expect.stringContaining("Claude had begun already") as string,
      },
    });
    expect(await world.prompts()).toEqual(["remember tango", prompt]);
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    expect(await world.prompts()).toEqual(["remember tango", prompt, RECALL]);
  });

  it("says the plain mend when it had not begun", async () => {
    const world = await rememberingWorld();
    expect(await world.turn("fail -32603 API Error: 529 Overloaded")).toMatchObject({
      kind: "failed",
      error: { code: "agent-overloaded", mend: "Try again in a moment." },
    });
  });
});
