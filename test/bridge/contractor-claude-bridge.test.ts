import { describe, expect, it } from "vitest";
import type { TurnEvent } from "../../src/bridge/turn.ts";
import { createBridgeWorld } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const OTHER = { agentId: "dev", openclawSessionKey: "agent:dev:telegram:group:42" };

describe("a conversation", () => {
  it("is remembered by its warm session, which gets only the new message", async () => {
    const world = await createBridgeWorld();
    expect(await world.turn("remember tango")).toMatchObject({
      kind: "completed",
      text: "I will remember tango.",
      warm: false,
    });
    expect(await world.turn(RECALL)).toMatchObject({ text: "You asked me to remember tango.", warm: true });
    const context = "From: Ann";
    expect(JSON.parse(await world.says("show prompt", { context }))).toBe(
      "<openclaw-context>\n> From: Ann\n</openclaw-context>\n\nshow prompt",
    );
    expect(await world.entry()).toMatchObject({ turns: 3, state: "active", workspace: world.workspace });
    expect(world.pool.liveSessions).toBe(1);
  });

  it("never mixes with another one of the same agent, though both run at once", async () => {
    const world = await createBridgeWorld();
    const both = await Promise.all([
      world.says("remember tango"),
      world.says("remember fado", OTHER),
      world.says(RECALL),
      world.says(RECALL, OTHER),
    ]);
    expect(both.slice(2)).toEqual(["You asked me to remember tango.", "You asked me to remember fado."]);
    const ids = [await world.entry(), await world.entry(OTHER)].map((entry) => entry?.claudeSessionId);
    expect(new Set(ids).size).toBe(2);
    expect(world.pool.liveSessions).toBe(2);
  });

  it("goes on in the same Claude session after a restart", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const before = await world.entry();
    await world.restart();
    expect(await world.turn(RECALL)).toMatchObject({
      kind: "completed",
      text: "You asked me to remember tango.",
      claudeSessionId: before?.claudeSessionId,
      warm: false,
    });
    const after = await world.store.list();
    const [later] = after;
    const usage = { ...before?.usage, ...later?.usage };
    expect(after).toEqual([{ ...before, turns: 2, usage, lastActivityAt: expect.any(String) as string }]);
    expect(later?.usage?.inputTokens).toBeGreaterThan(before?.usage?.inputTokens ?? Infinity);
    expect(Date.parse(after[0]?.lastActivityAt ?? "")).toBeGreaterThan(
      Date.parse(before?.lastActivityAt ?? ""),
    );
  });

  it("is given its role in the same bytes when it is new and when it is resumed", async () => {
    const world = await createBridgeWorld();
    const atNew = await world.says("show system prompt");
    await world.restart();
    const atResume = await world.says("show system prompt");
    expect(atNew).toContain('at new: # Your role\nYou work as the contractor agent "dev"');
    expect(atResume).toBe(atNew.replace("at new: ", "at resume: "));
  });

  it("works in its workspace, before and after a restart", async () => {
    const world = await createBridgeWorld();
    expect(await world.says("show cwd")).toBe(world.workspace);
    await world.restart();
    expect(await world.says("show cwd")).toBe(world.workspace);
  });

  it("gets another process when its settings change, and keeps its session", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango");
    const dev = world.config.contractors["dev"];
    if (dev !== undefined) dev.model = "opus";
    expect(await world.turn("show env ANTHROPIC_MODEL")).toMatchObject({ text: "opus", warm: false });
    expect(await world.says(RECALL)).toBe("You asked me to remember tango.");
    expect(await world.store.list()).toHaveLength(1);
  });

  it("shows text, reasoning, tools and usage as they come", async () => {
    const world = await createBridgeWorld();
    const events: TurnEvent[] = [];
    const observer = { onEvent: (event: TurnEvent) => events.push(event) };
    await world.says("think clouds", { observer });
    expect(events.filter(({ type }) => type !== "progress")).toEqual([
      { type: "reasoning", delta: "clouds", text: "clouds" },
      { type: "reasoning-end" },
      { type: "text", delta: "Thought about clouds.", text: "Thought about clouds." },
    ]);
    expect(await world.turn("usage")).toMatchObject({
      usage: { inputTokens: 12, outputTokens: 34, cacheReadTokens: 5_600, cacheWriteTokens: 780 },
      contextTokens: 6_426,
      contextWindow: 200_000,
      sessionCostUsd: 0.25,
    });
  });

  it("keeps nothing warm in a process that ends after the turn", async () => {
    const world = await createBridgeWorld();
    await world.says("remember tango", { lastTurnOfProcess: true });
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.turn(RECALL)).toMatchObject({ text: "You asked me to remember tango.", warm: false });
  });
});

describe("the map", () => {
  it("is written only when the first turn has completed", async () => {
    const world = await createBridgeWorld();
    const meanwhile: Promise<number>[] = [];
    const onEvent = ({ type }: TurnEvent): void => {
      if (type === "text") meanwhile.push(world.store.list().then((entries) => entries.length));
    };
    await world.says("say hello", { observer: { onEvent } });
    expect(await Promise.all(meanwhile)).toEqual([0]);
    expect(await world.store.list()).toHaveLength(1);
  });

  it.each(["crash", "fail -32603 no more today"])(
    "stays empty when the first turn fails: %s",
    async (text) => {
      const world = await createBridgeWorld();
      expect(await world.turn(text)).toMatchObject({ kind: "failed", accepted: true });
      expect(await world.store.list()).toEqual([]);
      expect(await world.says("say hello")).toBe("hello");
    },
  );
});

describe("a turn for which too many wait already", () => {
  it("is answered as busy at once, and goes nowhere else", async () => {
    const world = await createBridgeWorld();
    world.config.maxQueuedTurns = 1;
    const turns = [world.says("say one"), world.says("say two")];
    expect(await world.turn("say three")).toMatchObject({
      kind: "failed",
      accepted: false,
      mayGoElsewhere: false,
      error: { code: "session-busy", message: expect.stringContaining("1 more message waits") as string },
    });
    expect(await world.says("say elsewhere", OTHER)).toBe("elsewhere");
    expect(await Promise.all(turns)).toEqual(["one", "two"]);
    expect(await world.says("say three")).toBe("three");
    expect((await world.prompts()).filter((prompt) => prompt === "say three")).toHaveLength(1);
  });

  it("finds a place when one that waited was cancelled", async () => {
    const world = await createBridgeWorld();
    world.config.maxQueuedTurns = 1;
    const cancel = new AbortController();
    const running = world.says("slow 300");
    const waiting = world.turn("say two", { signal: cancel.signal });
    cancel.abort();
    expect(await waiting).toMatchObject({ kind: "cancelled", text: "" });
    expect(await world.says("say three")).toBe("three");
    expect(await running).toBe("Waited 300 ms.");
    expect(await world.prompts()).toEqual(["slow 300", "say three"]);
  });
});

describe("a contractor of the mode oneshot", () => {
  it("begins a new session with every turn, and leaves the map alone", async () => {
    const world = await createBridgeWorld({ mode: "oneshot" });
    expect(await world.says("remember tango")).toBe("I will remember tango.");
    expect(await world.says(RECALL)).toBe("Nothing yet.");
    expect(await world.store.list()).toEqual([]);
    expect(world.pool.liveSessions).toBe(0);
    expect(await world.transcripts()).toHaveLength(2);
  });
});
