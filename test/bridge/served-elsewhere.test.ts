import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TurnEvent, TurnOutcome } from "../../src/bridge/turn.ts";
import { createBridgeWorld, KEY, type BridgeWorld, type TurnOptions } from "./bridge-world.ts";

const RECALL = "what did I ask you to remember?";
const ENDPOINTS = {
  local: { baseUrl: "http://127.0.0.1:1", auth: "gateway" },
  kimi: { baseUrl: "http://127.0.0.1:2", auth: "gateway" },
};
const RESETS = "resets in 90 minutes";

type LimitedWorld = BridgeWorld & {
  limit(endpoint: string, words?: string): Promise<void>;
  unlimit(endpoint: string): Promise<void>;
  /** A turn that OpenClaw keeps in its history, as it does. */
  talk(text: string, options?: TurnOptions): Promise<string>;
};

/** Every endpoint can be put at its limit, and OpenClaw keeps a history. */
async function limitedWorld(contractor: Record<string, unknown>): Promise<LimitedWorld> {
  const world = await createBridgeWorld(contractor, ENDPOINTS);
  const limitFile = (name: string): string => join(world.workspace, "..", `limit-${name}`);
  for (const name of ["subscription", "local", "kimi"]) {
    world.flagsAt[name] = ["--limit-file", limitFile(name)];
  }
  return Object.assign(world, {
    limit: (name: string, words = RESETS) => writeFile(limitFile(name), words),
    async unlimit(name: string) {
      await rm(limitFile(name));
      world.clock = new Date(world.clock.getTime() + 24 * 3_600_000);
    },
    async talk(text: string, options?: TurnOptions) {
      const at = (): string => new Date(world.historyClock()).toISOString();
      world.history = [...world.history, { role: "user", text, at: at() }];
      const answer = await world.says(text, options);
      world.history = [...world.history, { role: "assistant", text: answer, at: at() }];
      return answer;
    },
  });
}

function failureOf(outcome: TurnOutcome): TurnOutcome & { kind: "failed" } {
  if (outcome.kind !== "failed") throw new Error(`The turn is ${outcome.kind}.`);
  return outcome;
}

const activeEndpoint = async (world: BridgeWorld): Promise<unknown> => (await world.entry())?.endpoint;

describe("a conversation whose endpoint is at its limit", () => {
  it("goes on at the next one with a summary, says so each time, and comes back knowing what was said", async () => {
    const world = await limitedWorld({ onLimit: ["local"] });
    await world.talk("remember tango");
    const home = await world.entry();
    await world.limit("subscription");

    const moved = await world.talk("remember fado");
    expect(moved).toMatch(
      /^_Served by local: the Claude login is at its limit\. It resets at \d{4}-\d\d-\d\d \d\d:\d\d UTC \(in [^)]+\)\. It was given a summary/,
    );
    expect(await activeEndpoint(world)).toBe("local");
    expect((await world.prompts()).at(-1)).toContain("user: remember tango");

    const stays = await world.talk(RECALL);
    expect(stays).toMatch(
      /^_Served by local: the Claude login is at its limit\. It resets at .*\._\n\nYou asked/,
    );
    expect(stays).toContain("fado");
    // Known to be at its limit, the login is not asked again.
    expect(await world.prompts()).toHaveLength(4);

    await world.unlimit("subscription");
    const back = await world.talk(RECALL);
    expect(back).toMatch(/^_Served by the Claude login again\. It was given a summary/);
    expect(await world.entry()).toMatchObject({
      claudeSessionId: home?.claudeSessionId,
      endpoint: "subscription",
      turns: 2,
    });
    const told = (await world.prompts()).at(-1) ?? "";
    expect(told).toContain("since your last answer");
    expect(told).toContain("user: remember fado");
    expect(told).not.toContain("user: remember tango");
    expect((await world.entry())?.missedSince).toBeUndefined();
    expect(await world.talk("say hello")).toBe("hello");
  });

  it("returns to the other endpoint's session as well, the next time", async () => {
    const world = await limitedWorld({ onLimit: ["local"] });
    await world.talk("remember tango");
    await world.limit("subscription");
    await world.talk("remember fado");
    const there = await world.entry();
    await world.unlimit("subscription");
    await world.talk("remember polka");
    await world.limit("subscription");
    expect(await world.talk(RECALL)).toContain("fado");
    expect((await world.entry())?.claudeSessionId).toBe(there?.claudeSessionId);
    expect((await world.prompts()).at(-1)).toContain("user: remember polka");
  });

  it("shows nobody the refusal, neither as text nor in what is kept", async () => {
    const world = await limitedWorld({ onLimit: ["local"] });
    await world.limit("subscription");
    const events: TurnEvent[] = [];
    const observer = { onEvent: (event: TurnEvent) => events.push(event) };
    expect(await world.talk("say hello", { observer })).toMatch(/hello$/);
    const texts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.includes("API Error"))).toEqual([]);
  });

  it("asks one after the other, and tells the last one's reason when all refuse", async () => {
    const world = await limitedWorld({ onLimit: ["local", "kimi"] });
    await world.limit("subscription");
    await world.limit("local");
    expect(await world.talk("say hello")).toMatch(/^_Served by kimi: the Claude login is at its limit/);
    await world.limit("kimi");
    const failed = failureOf(await world.turn("say hello"));
    expect(failed).toMatchObject({ error: { code: "agent-limit" }, acted: false, mayGoElsewhere: true });
    expect(world.limits.list().map(({ endpoint }) => endpoint)).toEqual(["subscription", "local", "kimi"]);
  });

  it("does not come back to what a reset has ended", async () => {
    const world = await limitedWorld({ onLimit: ["local"] });
    await world.talk("remember tango");
    await world.limit("subscription");
    await world.talk("remember fado");
    await world.bridge.resetConversation(KEY, "reset");
    world.history = [];
    await world.unlimit("subscription");
    expect(await world.talk(RECALL)).toBe("Nothing yet.");
  });

  it("never sends a message again that Claude had begun to answer", async () => {
    const world = await limitedWorld({ onLimit: ["local"] });
    const failed = failureOf(await world.turn("fail -32603 You've hit your limit"));
    expect(failed.error.code).toBe("agent-limit");
    await world.talk("say hello");
    const begun = failureOf(await world.turn("talk-then-overflow"));
    expect(begun).toMatchObject({ acted: true });
  });
});

describe("onLimit: error", () => {
  it("lets OpenClaw's own fallback answer, and tells Claude afterwards what that one said", async () => {
    const world = await limitedWorld({});
    await world.talk("remember tango");
    await world.limit("subscription");
    const failed = failureOf(await world.turn("remember fado"));
    expect(failed).toMatchObject({
      error: { code: "agent-limit", resetAt: expect.any(Date) as Date },
      accepted: true,
      acted: false,
      mayGoElsewhere: true,
    });
    const at = new Date(world.historyClock()).toISOString();
    world.history = [
      ...world.history,
      { role: "user", text: "remember fado", at },
      { role: "assistant", text: "The other model says: noted.", at },
    ];
    await world.unlimit("subscription");
    expect(await world.talk(RECALL)).not.toContain("Served by");
    expect((await world.prompts()).at(-1)).toContain("The other model says: noted.");
    await world.talk("say hello");
    expect((await world.prompts()).at(-1)).toBe("say hello");
  });
});

describe("routes", () => {
  it("run a turn elsewhere by its size and its purpose, and say so", async () => {
    const world = await limitedWorld({
      routes: [
        { minChars: 200, endpoint: "local" },
        { purpose: ["heartbeat"], endpoint: "kimi" },
      ],
    });
    expect(await world.talk("remember tango")).not.toContain("Served by");
    expect(await world.talk(`say ${"long ".repeat(50)}`)).toMatch(/^_Served by local\./);
    expect(await world.talk("say beat", { purpose: "heartbeat" })).toMatch(/^_Served by kimi\./);
    expect(await world.talk(RECALL)).toMatch(/^_Served by the Claude login again\./);
  });

  it("leave slash commands where the conversation is", async () => {
    const world = await limitedWorld({ routes: [{ maxChars: 10, endpoint: "local" }] });
    await world.talk("remember that tango is a dance");
    await world.turn("/compact");
    expect(await activeEndpoint(world)).toBe("subscription");
  });
});
